import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { choiceOf } from './backend.ts';
import { isComplete, packageKit } from './native/layout.ts';
import { ownFile, packageFolder } from './package-files.ts';
import { withoutTfjsNode } from './testing/own-copy.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const kit = packageKit();
const isNativeThere = kit !== undefined && isComplete(kit);

/** Runs `useBackend` in a process of its own, and trains a step with what it got. */
function inProcess(options: object, { env = {}, door = ownFile('dist', 'index.js') }: { env?: NodeJS.ProcessEnv; door?: string } = {}) {
  const program = `
    const { useBackend } = await import(${JSON.stringify(pathToFileURL(door).href)});
    try {
      const backend = await useBackend(${JSON.stringify(options)});
      const tf = await import(${JSON.stringify(pathToFileURL(join(packageFolder('@tensorflow/tfjs') as string, 'dist', 'tf.node.js')).href)});
      const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 2, activation: 'softmax' })] });
      model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
      const loss = await model.trainOnBatch(tf.ones([3, 2]), tf.tensor1d([0, 1, 0]));
      console.log(JSON.stringify({ ...backend, current: tf.getBackend(), trains: Number.isFinite(loss), intra: process.env.TF_NUM_INTRAOP_THREADS }));
    } catch (error) {
      console.log(JSON.stringify({ error: error.message, remedy: error.remedy }));
    }`;
  // pnpm's wrappers set NODE_PATH to a folder in which everything is found.
  const clean = { ...process.env, ESPALIER_BACKEND: undefined, NODE_OPTIONS: undefined, NODE_PATH: undefined, ...env };
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', env: clean });
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Record<string, unknown>), stderr };
}

describe.runIf(isNativeThere)('where the native backend is there', () => {
  test('it is taken, with its threads, and nothing is printed', () => {
    expect(inProcess({ threads: 1 })).toMatchObject({
      name: 'tensorflow',
      current: 'tensorflow',
      trains: true,
      threads: 1,
      intra: '1',
      stderr: '',
      attempts: [{ step: 'installed', ok: true }],
    });
  });

  test.runIf(process.arch === 'x64')('oneDNN computes in training, or everything or nothing where the environment says so', () => {
    const oneDnn = (value?: string) => inProcess({}, { env: { TF_ENABLE_ONEDNN_OPTS: value } });
    expect(oneDnn()).toMatchObject({ trains: true, oneDnn: 'training', stderr: '' });
    expect(oneDnn('1')).toMatchObject({ trains: true, oneDnn: 'everything' });
    expect(oneDnn('0')).toMatchObject({ trains: true, stderr: '' });
    expect(oneDnn('0')).not.toHaveProperty('oneDnn');
  });

  test('another can be asked for', () => {
    expect(inProcess({ choice: 'wasm' })).toMatchObject({ name: 'wasm', current: 'wasm', trains: true, stderr: '' });
    expect(inProcess({ choice: 'cpu' })).toMatchObject({ name: 'cpu', current: 'cpu', trains: true, stderr: '' });
  });

  test('the environment wins over the program', () => {
    expect(inProcess({ choice: 'tensorflow' }, { env: { ESPALIER_BACKEND: 'wasm' } })).toMatchObject({ name: 'wasm', trains: true });
  });
});

describe('where tfjs-node is not installed', () => {
  test('WebAssembly takes its place, and one line says why and how much slower it is', async () => {
    const cache = await temporaryFolder();
    const { stderr, ...rest } = inProcess({}, { door: await withoutTfjsNode(), env: { ESPALIER_CACHE: cache } });
    expect(rest).toMatchObject({
      name: 'wasm',
      trains: true,
      attempts: [
        { step: 'installed', ok: false },
        { step: 'wasm', ok: true },
      ],
    });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/Backend wasm, .* slower .*tfjs-node is not installed.*espalier doctor/);
  });

  test('who forces it is told, and gets no other', async () => {
    const answer = inProcess({ choice: 'tensorflow' }, { door: await withoutTfjsNode() });
    expect(answer).toMatchObject({
      error: 'The backend "tensorflow" was asked for and is not there: @tensorflow/tfjs-node is not installed',
    });
    expect(answer).toHaveProperty('remedy', expect.stringContaining('npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0'));
  });
});

test('a backend that does not exist is a mistake, not a wish', () => {
  expect(() => choiceOf('auto', { ESPALIER_BACKEND: 'webgpu' })).toThrow('ESPALIER_BACKEND is "webgpu"');
  expect(choiceOf('auto', {})).toBeUndefined();
  expect(choiceOf('cpu', { ESPALIER_BACKEND: 'wasm' })).toBe('wasm');
});
