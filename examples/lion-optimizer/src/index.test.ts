import { corePlugin, Part, PartContainer, Registry } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const lion = new PartContainer(new Registry([corePlugin, plugin])).make(
  new Part('optimizer', 'lion', { learningRate: 0.1, beta1: 0.5, beta2: 0.75, weightDecay: 0.2 }),
);

test('a step goes by the sign of momentum and gradient together, whatever their size', () => {
  const weight = tf.tensor1d([1, 1, 1]);
  const gradient = tf.tensor1d([0.001, -3, 1]);
  const momentum = tf.tensor1d([0, 1, -1]);
  const { weight: next, slots } = lion.update(weight, gradient, [momentum], { number: 1, learningRate: 0.1 });
  // ½·m + ½·g: 0.0005, −1, 0.
  expect([...next.dataSync()].map((value) => Number(value.toFixed(6)))).toEqual([0.9, 1.1, 1]);
  // ¾·m + ¼·g.
  expect([...(slots[0] as tf.Tensor).dataSync()].map((value) => Number(value.toFixed(6)))).toEqual([0.00025, 0, -0.5]);
});

test('weight decay is left to the trainer', () => {
  expect(lion.weightDecay).toBe(0.2);
  expect(lion.slots).toEqual(['momentum']);
});
