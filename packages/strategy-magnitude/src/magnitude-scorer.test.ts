import { type PrunableParameter, selectParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { MagnitudeScorer } from './magnitude-scorer.ts';

beforeAll(() => tf.setBackend('cpu'));

function parameters(weights: number[]): readonly PrunableParameter[] {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [weights.length], useBias: false })] });
  model.setWeights([tf.tensor2d(weights, [weights.length, 1])]);
  return selectParameters(model).taken;
}
const scores = (norm: 'l1' | 'l2', weights: number[]): number[] =>
  new MagnitudeScorer({ norm }).score(parameters(weights)).flatMap((tensor) => [...tensor.dataSync()]);

test('L1 is the size of a weight, L2 its square', () => {
  expect(scores('l1', [1, -2, 0, 0.5])).toEqual([1, 2, 0, 0.5]);
  expect(scores('l2', [1, -2, 0, 0.5])).toEqual([1, 4, 0, 0.25]);
});
