import {
  corePlugin,
  cut,
  MaskSet,
  PartContainer,
  type PartKind,
  type PartTypes,
  parsePart,
  Random,
  Registry,
  type ScoringContext,
  selectParameters,
} from '@espalier/core';
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

function make<K extends PartKind>(kind: K, config: unknown): PartTypes[K] {
  const part = parsePart(kind, config);
  if (part === undefined) throw new TypeError(`no ${kind}`);
  return new PartContainer(new Registry([corePlugin])).make(part);
}

test('a unit’s chance does not depend on how many weights it has', async () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 50, inputShape: [400] }), tf.layers.dense({ units: 50 }), tf.layers.dense({ units: 2 })],
  });
  const granularity = make('granularity', 'unit');
  const { taken: parameters } = selectParameters(model, [], granularity);
  const companions = granularity.arrange(parameters, model).flatMap((set) => set.companions.map(({ parameter }) => parameter));
  const masks = new MaskSet(parameters, companions);
  const context = { model, masks, random: Random.of(1), keep: {} as never };
  const threshold = make('threshold', 'global');
  await cut({ masks, scorer: new RandomScorer(), threshold, granularity, sparsity: 0.5, target: 0.5, context });
  const [wide, narrow] = parameters.map((parameter) => masks.get(parameter).sparsity);
  // Half of 50, within four standard deviations.
  expect(Math.abs((wide ?? 0) - 0.5)).toBeLessThan(0.28);
  expect(Math.abs((narrow ?? 0) - 0.5)).toBeLessThan(0.28);
});
