import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { compileSparse } from './index.ts';
import { modelOf, sparsified } from './testing/compare.ts';

/** Of what a page loads to run a sparse model, its kernels included. */
const MOST_BYTES = 25 * 1024;

const EMPTY = { name: 'empty', inputs: [], outputs: [], buffers: [], steps: [], layers: [] };

let code: string;

const BUNDLE = {
  entryPoints: [fileURLToPath(new URL('runtime.ts', import.meta.url))],
  bundle: true,
  minify: true,
  platform: 'browser',
  write: false,
} as const;

beforeAll(async () => {
  const { outputFiles } = await build({ ...BUNDLE, format: 'esm' });
  code = outputFiles[0]?.text ?? '';
});

test('what runs a model is small, and needs neither tfjs nor surgery', () => {
  expect(gzipSync(code).length).toBeLessThan(MOST_BYTES);
  expect(code).not.toMatch(/tensorflow|LayersModel/);
});

test('it runs by itself, in another process, what was saved here', async () => {
  await tf.setBackend('cpu');
  const model = await compileSparse(sparsified(modelOf([4], tf.layers.dense({ units: 3, activation: 'relu' }))));
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sparse-'));
  const [file, runtime] = [path.join(folder, 'model.sparse'), path.join(folder, 'runtime.mjs')];
  try {
    await model.save(file);
    await writeFile(runtime, code);
    const script = `import { loadSparse } from ${JSON.stringify(pathToFileURL(runtime).href)};
      const model = await loadSparse(${JSON.stringify(file)});
      console.log(JSON.stringify([...model.predict([1, -2, 3, 4])]));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(JSON.parse(stdout)).toEqual([...model.predict([1, -2, 3, 4])]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('where WebAssembly is forbidden, it says what to allow', async () => {
  const { outputFiles } = await build({ ...BUNDLE, format: 'iife', globalName: 'sparse' });
  // What a page does whose policy has no 'wasm-unsafe-eval'.
  const realm = createContext(
    { atob, Blob, Response, DecompressionStream, TextDecoder },
    { codeGeneration: { strings: false, wasm: false } },
  );
  runInContext(outputFiles[0]?.text ?? '', realm);
  Object.assign(realm, { plan: EMPTY });
  const create = runInContext('sparse.SparseModel.create({ plan, sections: [] })', realm);
  await expect(create).rejects.toThrow(/the page does not allow WebAssembly.*Allow it with script-src 'self' 'wasm-unsafe-eval'/);
});

test('on an engine that cannot unpack the kernels, it says what is missing', async () => {
  const { outputFiles } = await build({ ...BUNDLE, format: 'iife', globalName: 'sparse' });
  const realm = createContext({ atob, Blob, Response, TextDecoder });
  runInContext(outputFiles[0]?.text ?? '', realm);
  Object.assign(realm, { plan: EMPTY });
  await expect(runInContext('sparse.SparseModel.create({ plan, sections: [] })', realm)).rejects.toThrow(
    /kernels of the sparse model do not start: DecompressionStream is not defined.*Give this engine a DecompressionStream/,
  );
});
