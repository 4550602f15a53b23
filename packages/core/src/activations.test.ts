import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { Activations } from './activations.ts';
import { Calibration } from './calibration.ts';
import type { Samples } from './data.ts';
import { useCpu } from './testing/make.ts';

beforeAll(useCpu);

const SAMPLES: Samples = {
  size: 3,
  inputs: [{ shape: [2], data: Float32Array.of(1, 2, 3, -1, 0, 2) }],
  targets: [{ shape: [2], data: new Float32Array(6) }],
};
/** y = x with its two features swapped. */
const swap = (name: string): tf.layers.Layer =>
  tf.layers.dense({ name, units: 2, useBias: false, weights: [tf.tensor2d([0, 1, 1, 0], [2, 2])], activation: 'relu' });
const activationsOf = (model: tf.LayersModel, batchSize = 2) => new Activations(model, new Calibration(SAMPLES, batchSize));
const numbers = (tensors: tf.Tensor[]): number[][] => tensors.map((tensor) => [...tensor.dataSync()]);

const squares = (input: tf.Tensor) => tf.sum(tf.square(input), 0);

test('a formula is summed over batches of any size: of the input, of the output', async () => {
  const layer = swap('swap');
  const input = tf.input({ shape: [2] });
  const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
  for (const batchSize of [1, 2, 10]) {
    const activations = activationsOf(model, batchSize);
    expect(numbers(await activations.sums([layer], squares))).toEqual([[10, 9]]);
    // Outputs (2, 1), (relu −1, 3), (2, 0).
    expect(numbers(await activations.sums([layer], (_, output) => tf.sum(output, 0)))).toEqual([[4, 4]]);
    expect(activations.samples).toBe(3);
  }
});

test('a shared layer counts with all its uses, also inside a nested model', async () => {
  const shared = swap('shared');
  const inner = tf.input({ shape: [2] });
  const nested = tf.model({ name: 'nested', inputs: inner, outputs: shared.apply(shared.apply(inner)) as tf.SymbolicTensor });
  const input = tf.input({ shape: [2] });
  const model = tf.model({ inputs: input, outputs: nested.apply(input) as tf.SymbolicTensor });
  // The inputs are (1, 2), (3, −1), (0, 2), and again what the first use makes of them: (2, 1), (0, 3), (2, 0).
  expect(numbers(await activationsOf(model).sums([shared, shared], (x) => tf.sum(x, 0)))).toEqual([
    [8, 7],
    [8, 7],
  ]);
});

test('nothing is left behind: no tensors, no hooks; also where the formula throws', async () => {
  const layer = swap('swap');
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [2] }), layer] });
  const before = tf.memory().numTensors;
  const activations = activationsOf(model);
  tf.dispose(await activations.sums([layer], squares));
  let calls = 0;
  const failing = activations.sums([layer], (x) => {
    if (++calls === 2) throw new Error('broken formula');
    return x;
  });
  await expect(failing).rejects.toThrow('broken formula');
  expect(tf.memory().numTensors).toBe(before);
  expect(Object.hasOwn(layer, 'call')).toBe(false);
});

test('a layer that no sample goes through is named', async () => {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [2] }), swap('used')] });
  await expect(activationsOf(model).sums([swap('stranger')], squares)).rejects.toThrow('stranger: has no activations');
});
