import { usePlainJavaScript } from '@espalier/backend-node';
import type { Samples } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { differenceTo } from './outputs.ts';

beforeAll(usePlainJavaScript);

const SAMPLES: Samples = {
  size: 3,
  inputs: [{ data: Float32Array.of(1, 2, -4), shape: [1] }],
  targets: [{ data: Float32Array.of(0, 0, 0), shape: [1] }],
};

/** Gives each weight times its input. */
function times(...weights: number[]): tf.LayersModel {
  const layer = tf.layers.dense({ units: weights.length, inputShape: [1], useBias: false });
  const model = tf.sequential({ layers: [layer] });
  layer.setWeights([tf.tensor2d([weights])]);
  return model;
}

test('the largest difference, over the largest output', async () => {
  expect(await differenceTo(times(2, 1), times(2, 1), SAMPLES)).toBe(0);
  // 4 × 0.5 of 4 × 2.
  expect(await differenceTo(times(2, 1), times(2, 1.5), SAMPLES)).toBe(0.25);
  expect(await differenceTo(times(0), times(0.5), SAMPLES)).toBe(2);
});

test('NaN, infinity and other sizes are no small difference', async () => {
  const one = times(2, 1);
  expect(await differenceTo(one, times(2, Number.NaN), SAMPLES)).toBe(Number.POSITIVE_INFINITY);
  expect(await differenceTo(one, times(2, Number.POSITIVE_INFINITY), SAMPLES)).toBe(Number.POSITIVE_INFINITY);
  expect(await differenceTo(one, times(2), SAMPLES)).toBe(Number.POSITIVE_INFINITY);
  expect(await differenceTo(times(2), one, SAMPLES)).toBe(Number.POSITIVE_INFINITY);
});

test('a masked model that itself gives NaN is told of', async () => {
  await expect(differenceTo(times(Number.NaN), times(1), SAMPLES)).rejects.toThrow('the masked model gives NaN or infinity');
});
