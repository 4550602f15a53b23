import { corePlugin, Mask, MaskSet, Part, PartContainer, Registry, type Samples, selectParameters, type TrainingJob } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const parts = new PartContainer(new Registry([corePlugin, plugin]));
const samples: Samples = {
  size: 1,
  inputs: [{ shape: [2], data: Float32Array.of(1, 1) }],
  targets: [{ shape: [1], data: Float32Array.of(4) }],
};
/** y = w₁ + w₂, asked for 4: at w = 0 the gradient of the mean squared error is −8 for both. */
function job(withMask = false): TrainingJob & { readonly masks: MaskSet } {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], useBias: false })] });
  model.setWeights([tf.zeros([2, 1])]);
  const masks = new MaskSet(selectParameters(model).taken);
  const [parameter] = masks.parameters;
  if (withMask && parameter !== undefined) masks.set(parameter, Mask.fromBytes(2, Uint8Array.of(0b10)));
  const made = { loss: parts.make(new Part('loss', 'meanSquaredError')), optimizer: parts.make(new Part('optimizer', 'sgd')) };
  return { model, samples, masks, seed: 1, ...made };
}
const open = (trained: TrainingJob, options = {}) =>
  parts.make(new Part('trainer', 'lookahead', { every: 2, share: 0.5, ...options })).open(trained);
const weightsOf = ({ model }: TrainingJob) => [...(model.getWeights()[0] as tf.Tensor).dataSync()];
const order = Int32Array.of(0);

test('after k fast steps the weights go back half of the way', async () => {
  const trained = job();
  const session = open(trained);
  await session.step(order, 0.1);
  // 0.1 · 8
  expect(weightsOf(trained)[0]).toBeCloseTo(0.8, 6);
  await session.step(order, 0.1);
  // The error is then 2.4, the gradient −4.8: 0.8 + 0.48, and half of it.
  expect(weightsOf(trained)[0]).toBeCloseTo(0.64, 6);
  session.dispose();
});

test('pruned weights stay zero, and nothing is left behind', async () => {
  const trained = job(true);
  const before = tf.memory().numTensors;
  const session = open(trained);
  await session.refresh();
  for (let i = 0; i < 5; i++) await session.step(order, 0.1);
  expect(weightsOf(trained).map((weight) => weight === 0)).toContain(true);
  await trained.masks.verify('after five steps');
  session.dispose();
  trained.masks.dispose();
  expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
});

test('a session that is saved between two slow steps goes on the same', async () => {
  const [whole, halves] = [job(), job()];
  const uninterrupted = open(whole);
  for (let i = 0; i < 6; i++) await uninterrupted.step(order, 0.1);
  const first = open(halves);
  for (let i = 0; i < 3; i++) await first.step(order, 0.1);
  const state = await first.save();
  first.dispose();
  const second = open(halves);
  await second.restore(state);
  await second.refresh();
  for (let i = 0; i < 3; i++) await second.step(order, 0.1);
  expect(weightsOf(halves)).toEqual(weightsOf(whole));
  uninterrupted.dispose();
  second.dispose();
});
