import { setFlagsFromString } from 'node:v8';
import * as tf from '@tensorflow/tfjs';
import { expect, test, vi } from 'vitest';
import { onWasm } from './on-wasm.ts';

test('where WebAssembly gets no memory it says so, does nothing, and leaves the backend that was in use', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await tf.setBackend('cpu');
  const work = vi.fn(async () => 'done');
  setFlagsFromString('--wasm-max-mem-pages=10');
  await expect(onWasm(work)).rejects.toThrow(/WebAssembly backend of TensorFlow.js does not start here/);
  expect(work).not.toHaveBeenCalled();
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  setFlagsFromString('--wasm-max-mem-pages=65536');
  expect(await onWasm(async () => tf.getBackend())).toBe('wasm');
  expect(tf.getBackend()).toBe('cpu');
});
