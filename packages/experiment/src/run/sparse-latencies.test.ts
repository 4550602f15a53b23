import { setFlagsFromString } from 'node:v8';
import { Cancelled, type Samples } from '@espalier/core';
import { compileSparse } from '@espalier/sparse';
import * as tf from '@tensorflow/tfjs';
import { expect, test, vi } from 'vitest';
import { sparseLatencies } from './sparse-run.ts';

const SAMPLES: Samples = {
  count: 1,
  inputs: [{ shape: [3], data: new Float32Array([1, 2, 3]) }],
  targets: [{ shape: [2], data: new Float32Array([0, 1]) }],
};

const dense = async (units = 2) => tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [3] })] });

async function prepared() {
  await tf.setBackend('cpu');
  const model = await dense();
  const sparse = await compileSparse(model);
  model.dispose();
  const notes: string[] = [];
  return { sparse, notes, note: (message: string) => void notes.push(message), tensors: tf.memory().numTensors };
}

test('where WebAssembly does not start, the sparse model is measured alone', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const { sparse, notes, note, tensors } = await prepared();
  setFlagsFromString('--wasm-max-mem-pages=10');
  try {
    const { latencyMs, denseWasmLatencyMs } = await sparseLatencies(sparse, () => dense(), SAMPLES, { note });
    expect(latencyMs).toBeGreaterThan(0);
    expect(denseWasmLatencyMs).toBeNull();
    expect(notes).toEqual([expect.stringMatching(/not measured beside the sparse one.*does not start here/)]);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tf.getBackend()).toBe('cpu');
  } finally {
    setFlagsFromString('--wasm-max-mem-pages=65536');
  }
});

test.each<[string, () => Promise<tf.LayersModel>, RegExp]>([
  ['cannot be built', async () => tf.sequential({ layers: [tf.layers.dense({ units: -1, inputShape: [3] })] }), /units/],
  [
    'takes other samples',
    async () => tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4] })] }),
    /the model takes \[4\], but the data has \[3\]/,
  ],
])('where the dense model %s, the sparse model is measured alone, and nothing is left behind', async (_, made, why) => {
  const { sparse, notes, note, tensors } = await prepared();
  const { latencyMs, denseWasmLatencyMs } = await sparseLatencies(sparse, made, SAMPLES, { note });
  expect(latencyMs).toBeGreaterThan(0);
  expect(denseWasmLatencyMs).toBeNull();
  expect(notes).toEqual([expect.stringMatching(why)]);
  expect(tf.memory().numTensors).toBe(tensors);
});

test('both are measured where both run; who stops it is told so', async () => {
  const { sparse, notes, note, tensors } = await prepared();
  const { latencyMs, denseWasmLatencyMs } = await sparseLatencies(sparse, () => dense(), SAMPLES, { note });
  expect(latencyMs).toBeGreaterThan(0);
  expect(denseWasmLatencyMs).toBeGreaterThan(0);
  expect(notes).toEqual([]);
  await expect(sparseLatencies(sparse, () => dense(), SAMPLES, { note, signal: AbortSignal.abort() })).rejects.toThrow(Cancelled);
  expect(tf.memory().numTensors).toBe(tensors);
});
