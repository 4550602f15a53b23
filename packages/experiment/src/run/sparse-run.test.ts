import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { usePlainJavaScript } from '@espalier/backend-node';
import { EspalierError } from '@espalier/core';
import { fileHandler } from '@espalier/models';
import { loadSparse } from '@espalier/sparse';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { differenceTo, type Predictor } from './outputs.ts';
import type { RunResult } from './result.ts';
import { planExperiment, runExperiment } from './run-experiment.ts';
import { predictorOf } from './sparse-run.ts';
import { events, messageOf, points, runInChild, temporaryFolder, writePoints } from './testing/experiments.ts';
import { smallDisk } from './testing/small-disk.ts';

const SPARSE = ['backend=cpu', 'prune.sparsity=0.9', 'sparse=true'];

beforeAll(usePlainJavaScript);

const recordIn = (out: string) => JSON.parse(readFileSync(path.join(out, 'result.json'), 'utf8')) as RunResult;

async function compiled(set: readonly string[] = [], out = path.join(temporaryFolder(), 'out')) {
  const result = await runExperiment(await points({ set: [...SPARSE, ...set] }), { out });
  return { result, out };
}

/** What plain tfjs gives for a model of the run, and what its sparse file gives. */
async function answers(out: string, name: 'model' | 'shrunk'): Promise<[number[], number[]]> {
  const model = await tf.loadLayersModel(fileHandler(path.join(out, name, 'model.json')));
  const sparse = await loadSparse(path.join(out, 'sparse', 'model.sparse'));
  const given = Float32Array.from({ length: 20 }, (_, i) => Math.sin(i));
  const expected = tf.tidy(() => [...(model.predict(tf.tensor(given, [10, 2])) as tf.Tensor).dataSync()]);
  const made = [...(sparse.predict(given) as Float32Array)];
  model.dispose();
  sparse.dispose();
  return [expected, made];
}

test('the pruned model goes into one file that loads without tfjs; both latencies are taken in the same process', async () => {
  const backend = tf.getBackend();
  const tensors = tf.memory().numTensors;
  const { result, out } = await compiled();
  expect(result.status).toBe('done');
  expect(Object.keys(result.sparse ?? {}).sort()).toEqual(['bytes', 'denseWasmLatencyMs', 'latencyMs', 'maxDifference']);
  expect(readdirSync(path.join(out, 'sparse'))).toEqual(['model.sparse']);
  expect(result.sparse?.bytes).toBe(readFileSync(path.join(out, 'sparse', 'model.sparse')).length);
  expect(result.sparse?.maxDifference).toBeLessThan(1e-5);
  // 202 weights of which 158 are zeros take microseconds, a prediction of tfjs takes far more.
  expect(result.sparse?.denseWasmLatencyMs).toBeGreaterThan(result.sparse?.latencyMs ?? Number.POSITIVE_INFINITY);
  const [expected, made] = await answers(out, 'model');
  made.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 5);
  });
  // What was in use before is so again, and nothing is left.
  expect([tf.getBackend(), tf.memory().numTensors]).toEqual([backend, tensors]);
});

test('where it shrinks, the file is of the shrunk model', async () => {
  const { result, out } = await compiled(['prune.strategy=neuron', 'prune.granularity=unit', 'prune.sparsity=0.5', 'shrink=true']);
  const [expected, made] = await answers(out, 'shrunk');
  made.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 5);
  });
  const whole = await compiled(['prune.strategy=neuron', 'prune.granularity=unit', 'prune.sparsity=0.5']);
  expect(result.sparse?.bytes).toBeLessThan(whole.result.sparse?.bytes ?? 0);
});

test('a model without zeros is compiled all the same, and is said to have none', async () => {
  const { result, out } = await compiled(['prune.sparsity=0', 'prune.tolerance=1']);
  expect(result.sparse?.latencyMs).toBeGreaterThan(0);
  expect(events(out).at(-1)).toMatchObject({ type: 'sparse', layers: 3, sparseLayers: 0, weights: 176, zeros: 0 });
});

test('what is expected of it is checked, and not to be expected where there is none', async () => {
  const { result } = await compiled(['expect={sparseSpeedup: {min: 1000000}, sparseBytes: {max: 100000}}']);
  expect(result).toMatchObject({ status: 'failed', failures: [expect.stringMatching(/^expect\.sparseSpeedup: .* is less than 1000000$/)] });
  expect(await messageOf(points({ set: ['expect={sparseLatencyMs: {max: 1}}'] }))).toContain(
    'there is no sparseLatencyMs: the config does not ask for sparse kernels',
  );
});

test('options choose the kernels; a wrong one is told of', async () => {
  const { out } = await compiled(['sparse={kernel: dense, variant: plain, fold: {batchNorms: false}}']);
  expect(events(out).at(-1)).toMatchObject({ type: 'sparse', layers: 3, sparseLayers: 0 });
  expect(await messageOf(points({ set: ['sparse={variant: fast}'] }))).toMatch(/variant/);
});

const STRANGE = `
import { definePlugin } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
class Halves extends tf.layers.Layer {
  static className = 'Halves';
  call(inputs) { return tf.tidy(() => tf.mul([inputs].flat()[0], 0.5)); }
  computeOutputShape(shape) { return shape; }
}
tf.serialization.registerClass(Halves);
class Strange {
  build() {
    const model = tf.sequential();
    model.add(tf.layers.dense({ name: 'first', units: 8, inputShape: [2] }));
    model.add(new Halves({ name: 'halves' }));
    model.add(tf.layers.dense({ name: 'last', units: 2, activation: 'softmax' }));
    return model;
  }
}
export default definePlugin({ name: 'strange', models: { strange: { use: Strange } } });
`;

test('a layer without a kernel is named in the plan, with what to do, and nothing is run', async () => {
  const out = path.join(temporaryFolder(), 'out');
  const set = [...SPARSE, 'plugins=[./strange.ts]', 'model=strange'];
  const plan = await planExperiment(await points({ set, files: { 'strange.ts': STRANGE } }));
  expect(plan.problems).toEqual([{ path: ['sparse'], message: expect.stringMatching(/halves \(Halves\).*defineSparseRule/) }]);
  const message = await messageOf(runExperiment(await points({ set, files: { 'strange.ts': STRANGE } }), { out }));
  expect(message).toContain('halves (Halves): this layer has no sparse kernel');
  expect(existsSync(out)).toBe(false);
});

/** A model in a module of its own, outside of any node_modules; the layer's two rules stand beside it. */
const RULED = `
import { defineSparseRule, operations } from '@espalier/sparse';
import { defineShapeRule } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
class Thirds extends tf.layers.Layer {
  static className = 'Thirds';
  call(inputs) { return tf.tidy(() => tf.div([inputs].flat()[0], 3)); }
  computeOutputShape(shape) { return shape; }
}
tf.serialization.registerClass(Thirds);
defineShapeRule('Thirds', {
  channels: ({ inputs }) => ({ outputs: inputs.map(({ channels }) => channels) }),
  constants: ({ inputs }) => ({ outputs: inputs.map(({ constants }) => constants.map((axis) => axis && axis.map((value) => value / 3))) }),
});
defineSparseRule('Thirds', ({ inputs }, build) => inputs.map((input) => operations.scale(build, input, 1 / 3)));
export default () => {
  const model = tf.sequential();
  model.add(tf.layers.dense({ name: 'first', units: 8, inputShape: [2], activation: 'relu' }));
  model.add(new Thirds({ name: 'thirds' }));
  model.add(tf.layers.dense({ name: 'last', units: 2, activation: 'softmax' }));
  return model;
};
`;

test('rules that a module of the user defines are those of the run: its layer is shrunk, and compiled', async () => {
  const set = [
    'model={module: {path: ./ruled.ts}}',
    'prune.granularity=unit',
    'prune.strategy=neuron',
    'prune.sparsity=0.5',
    'shrink=true',
  ];
  const out = path.join(temporaryFolder(), 'out');
  const result = await runExperiment(await points({ set: [...SPARSE, ...set], files: { 'ruled.ts': RULED } }), { out });
  // Half of the 8 units go: 2·4 + 4 and 4·2 + 2 are left.
  expect(result.shrunk?.parameters).toBe(22);
  expect(result.sparse?.maxDifference).toBeLessThan(1e-5);
});

test('another answer than that of the layers is found, also one that is no number', async () => {
  const { data } = await import('./prepare.ts').then(async ({ prepare }) => prepare(await points({ set: SPARSE })));
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
  const { compileSparse } = await import('@espalier/sparse');
  const sparse = await compileSparse(model);
  expect(await differenceTo(model, predictorOf(sparse, model), data.test)).toBeLessThan(1e-5);
  model.setWeights([tf.ones([2, 2]), tf.ones([2])]);
  expect(await differenceTo(model, predictorOf(sparse, model), data.test)).toBeGreaterThan(1e-3);
  const nan: Predictor = { ...predictorOf(sparse, model), predict: () => tf.fill([data.test.size, 2], Number.NaN) };
  expect(await differenceTo(model, nan, data.test)).toBe(Number.POSITIVE_INFINITY);
  model.setWeights([tf.fill([2, 2], Number.NaN), tf.ones([2])]);
  await expect(differenceTo(model, predictorOf(sparse, model), data.test, 'sparse')).rejects.toThrow(EspalierError);
});

/** An evaluator that leaves no room for what comes after the pruned model has been stored and evaluated, once. */
const filling = (ballast: string, once: string) => `
import { existsSync, writeFileSync } from 'node:fs';
import { definePlugin } from '@espalier/core';
class Filling {
  evaluate({ state }) {
    if (state !== 'pruned' || existsSync(${JSON.stringify(once)})) return 0;
    writeFileSync(${JSON.stringify(once)}, '');
    for (const size of [1 << 20, 1 << 16, 1 << 10, 1]) {
      try {
        for (;;) writeFileSync(${JSON.stringify(ballast)}, Buffer.alloc(size, 1), { flag: 'a' });
      } catch {}
    }
    return 0;
  }
}
export default definePlugin({ name: 'filling', evaluators: { filling: { use: Filling } } });
`;

describe('where the file cannot be written the run fails with what to do, and goes on from there', () => {
  test('a file in the place of its folder', async () => {
    const out = path.join(temporaryFolder(), 'out');
    const loaded = await points({ set: SPARSE });
    const block = ({ type }: { type: string }) => {
      if (type === 'cut') writeFileSync(path.join(out, 'sparse'), 'not a folder');
    };
    await expect(runExperiment(loaded, { out, onEvent: block })).rejects.toThrow(/a file is where a folder is needed/);
    expect(recordIn(out)).toMatchObject({ status: 'failed', sparse: null, checkpoint: 'checkpoint.bin' });
    rmSync(path.join(out, 'sparse'));
    const steps: string[] = [];
    const result = await runExperiment(loaded, { out, onEvent: ({ type }) => void steps.push(type) });
    expect(result.sparse?.latencyMs).toBeGreaterThan(0);
    expect(steps).not.toContain('step');
  });

  const disk = smallDisk(3);
  test.skipIf(disk === undefined)('a disk that gets full', async () => {
    const out = path.join(disk as string, 'out');
    const ballast = path.join(disk as string, 'ballast');
    const wanted = {
      set: [...SPARSE, 'plugins=[./filling.ts]', 'evaluators=[filling]'],
      files: { 'filling.ts': filling(ballast, path.join(temporaryFolder(), 'filled')) },
    };
    const loaded = await points(wanted);
    await expect(runExperiment(loaded, { out })).rejects.toThrow(/model\.sparse: the disk is full: .*Make room and start again/);
    expect(existsSync(path.join(out, 'model', 'model.json'))).toBe(true);
    rmSync(ballast);
    const result = await runExperiment(loaded, { out });
    expect(result.sparse?.bytes).toBe(readFileSync(path.join(out, 'sparse', 'model.sparse')).length);
  });
});

test('killed and cancelled while it is compiled and measured, it comes to a whole end', async () => {
  const file = writePoints();
  const out = path.join(temporaryFolder(), 'out');
  const cache = temporaryFolder();
  const start = () => runInChild(file, out, { set: [...SPARSE, 'model={mlp: {hidden: [64, 64]}}'], checkpointEvery: 0.03, cache });
  const killed = start();
  await killed.says((line) => line === 'sparse');
  await killed.kill();
  const cancelled = start();
  await cancelled.says((line) => line === 'sparse');
  cancelled.process.kill('SIGINT');
  expect([0, 130]).toContain(await cancelled.ended);
  const rest = start();
  expect([await rest.ended, rest.stderr]).toEqual([0, '']);
  expect(rest.lines.filter((line) => line.startsWith('step prune'))).toEqual([]);
  expect(readdirSync(out).sort()).toEqual(['events.jsonl', 'experiment.yaml', 'model', 'result.json', 'sparse']);
  expect(readdirSync(path.join(out, 'sparse'))).toEqual(['model.sparse']);
  expect(recordIn(out).sparse?.maxDifference).toBeLessThan(1e-5);
});
