import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { loadSavedModel, useBackend } from '@espalier/backend-node';
import { fileHandler } from '@espalier/models';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { runExperiment } from './run-experiment.ts';
import { messageOf, points, temporaryFolder } from './testing/experiments.ts';

const isNative = await useBackend({ choice: 'tensorflow', threads: 1 }).then(
  () => true,
  () => false,
);

const UNITS = ['prune.strategy=neuron', 'prune.granularity=unit', 'shrink={savedModel: true, epochs: 1}'];

/** tfjs-node as it is, without anything of ours in the process. */
const PLAIN = `
const tf = require(process.argv[1]);
tf.node.loadSavedModel(process.argv[2]).then((model) => {
  const output = model.predict(tf.tensor2d(JSON.parse(process.argv[3])));
  console.log(JSON.stringify([...output.dataSync()]));
});`;

const SAMPLES = [
  [0.5, -0.25],
  [-0.75, 0.125],
];

describe.runIf(isNative)('the shrunk model as one TensorFlow graph', () => {
  const out = path.join(temporaryFolder(), 'out');
  let expected: number[];
  beforeAll(async () => {
    const result = await runExperiment(
      await points({ set: ['backend=tensorflow', ...UNITS, 'expect={savedModelSpeedup: {min: 0.0001}}'] }),
      { out },
    );
    expect(result).toMatchObject({
      status: 'done',
      shrunk: { savedModel: { bytes: statSync(path.join(out, 'saved-model', 'saved_model.pb')).size } },
    });
    expect(result.shrunk?.savedModel?.latencyMs).toBeGreaterThan(0);
    expect(result.shrunk?.savedModel?.maxDifference).toBeLessThan(1e-5);
    const shrunk = await tf.loadLayersModel(fileHandler(path.join(out, 'shrunk', 'model.json')));
    expected = [...tf.tidy(() => shrunk.predict(tf.tensor2d(SAMPLES)) as tf.Tensor).dataSync()];
    shrunk.dispose();
  });

  const same = (values: readonly number[]) => {
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i] as number, 5);
  };

  test('is loaded from its folder', async () => {
    const graph = await loadSavedModel(path.join(out, 'saved-model'));
    const output = graph.predict(tf.tensor2d(SAMPLES)) as tf.Tensor;
    same([...output.dataSync()]);
    graph.dispose();
  });

  test('is loaded by tfjs-node alone', async () => {
    const backend = createRequire(import.meta.url).resolve('@espalier/backend-node');
    const node = createRequire(backend).resolve(['@tensorflow', 'tfjs-node'].join('/'));
    const args = ['-e', PLAIN, node, path.join(out, 'saved-model'), JSON.stringify(SAMPLES)];
    const env = { ...process.env, TF_ENABLE_ONEDNN_OPTS: '0' };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    same(JSON.parse(stdout.trim().split('\n').at(-1) as string) as number[]);
  });
});

test('without TensorFlow it is written all the same, and claims nothing', async () => {
  const out = path.join(temporaryFolder(), 'out');
  const notes: string[] = [];
  const result = await runExperiment(await points({ set: ['backend=cpu', ...UNITS] }), {
    out,
    onEvent: (event) => event.type === 'log' && notes.push(event.message),
  });
  expect(result.shrunk?.savedModel).toEqual({ bytes: expect.any(Number), latencyMs: null, maxDifference: null });
  expect(existsSync(path.join(out, 'saved-model', 'saved_model.pb'))).toBe(true);
  expect(notes).toContain('saved-model/ is neither checked nor measured: TensorFlow is not here');
});

test('a layer that is no operation of TensorFlow’s is refused before anything is trained', async () => {
  const net = `import * as tf from '@tensorflow/tfjs';
    const { dense } = tf.layers;
    export default () => tf.sequential({ layers: [
      dense({ name: 'hidden', units: 4, inputShape: [2], activation: 'hardSigmoid' }), dense({ units: 2, activation: 'softmax' }),
    ] });`;
  const set = ['backend=cpu', 'model={module: {path: ./net.ts}}', 'shrink={savedModel: true}'];
  const out = path.join(temporaryFolder(), 'out');
  const said = await messageOf(runExperiment(await points({ set, files: { 'net.ts': net } }), { out }));
  expect(said).toContain('"hidden" (Dense): has the activation hardSigmoid');
  expect(existsSync(out)).toBe(false);
});
