import { type PrunableParameter, selectParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { LampScorer } from './lamp-scorer.ts';

beforeAll(() => tf.setBackend('cpu'));

function parameterOf(weights: number[]): readonly PrunableParameter[] {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [weights.length], useBias: false })] });
  model.setWeights([tf.tensor2d(weights, [weights.length, 1])]);
  return selectParameters(model).taken;
}
async function scoresOf(weights: number[]): Promise<number[]> {
  const [scores] = await new LampScorer().score(parameterOf(weights));
  return [...(scores as tf.Tensor).dataSync()];
}

test('a weight scores its square as a share of the squares that are not smaller', async () => {
  // 9 / 9; 4 / (4 + 9); 1 / (1 + 4 + 9); 0 / 14.
  const scores = await scoresOf([-2, 3, 0, 1]);
  for (const [i, wanted] of [4 / 13, 1, 0, 1 / 14].entries()) expect(scores[i]).toBeCloseTo(wanted, 6);
});

test('of equal weights the later ones outlive the earlier ones', async () => {
  const scores = await scoresOf([2, 2, 2]);
  for (const [i, wanted] of [1 / 3, 1 / 2, 1].entries()) expect(scores[i]).toBeCloseTo(wanted, 6);
});

test('nothing but zeros scores zero', async () => {
  expect(await scoresOf([0, 0])).toEqual([0, 0]);
});

test('it is what the sum over every pair of weights gives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 12 }), async (weights) => {
      const scores = await scoresOf(weights.map((weight, i) => (i % 2 ? weight : -weight)));
      for (const [i, weight] of weights.entries()) {
        const rest = weights.filter((other) => other >= weight).reduce((sum, other) => sum + other * other, 0);
        expect(scores[i]).toBeCloseTo((weight * weight) / rest, 6);
      }
    }),
    { numRuns: 50 },
  );
});
