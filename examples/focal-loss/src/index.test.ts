import { corePlugin, Part, PartContainer, Registry } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const parts = new PartContainer(new Registry([corePlugin, plugin]));
const labels = tf.tensor1d([0, 1], 'int32');
const probabilities = tf.tensor2d([0.9, 0.1, 0.5, 0.5], [2, 2]);
const lossOf = (name: string, options = {}) =>
  parts
    .make(new Part('loss', name, options))
    .compute(labels, probabilities)
    .dataSync()[0] as number;

test('what is right already counts little', () => {
  // (0.1² · −log 0.9 + 0.5² · −log 0.5) / 2
  expect(lossOf('focal', { gamma: 2 })).toBeCloseTo((0.01 * -Math.log(0.9) + 0.25 * Math.LN2) / 2, 6);
});

test('with γ = 0 it is cross-entropy', () => {
  expect(lossOf('focal', { gamma: 0 })).toBeCloseTo(lossOf('sparseCategoricalCrossentropy'), 6);
});

test('its gradient is finite where a probability is 0, and nothing is left behind', () => {
  const loss = parts.make(new Part('loss', 'focal'));
  const before = tf.memory().numTensors;
  const gradient = tf.tidy(() =>
    tf
      .grad((output) => loss.compute(labels, output))(tf.tensor2d([0, 1, 1, 0], [2, 2]))
      .dataSync(),
  );
  expect([...gradient].every(Number.isFinite)).toBe(true);
  expect(tf.memory().numTensors).toBe(before);
});
