import { Random, type ScoringContext, selectParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { RandomScorer } from './random-scorer.ts';

beforeAll(() => tf.setBackend('cpu'));

const { taken } = selectParameters(tf.sequential({ layers: [tf.layers.dense({ units: 40, inputShape: [50] })] }));
const scoresOf = (seed: number): number[] => {
  const [scores] = new RandomScorer().score(taken, { random: Random.of(seed) } as ScoringContext);
  expect(scores?.shape).toEqual([50, 40]);
  return [...(scores as tf.Tensor).dataSync()];
};

test('scores are uniform in [0, 1), and the seed’s', () => {
  const scores = scoresOf(1);
  expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...scores)).toBeLessThan(1);
  // The mean of 2000 uniform numbers is 0.5 within 0.0065 in one of three cases.
  expect(scores.reduce((sum, score) => sum + score, 0) / 2000).toBeCloseTo(0.5, 1);
  expect(scoresOf(1)).toEqual(scores);
  expect(scoresOf(2)).not.toEqual(scores);
});
