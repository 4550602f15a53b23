import { corePlugin, Part, PartContainer, Registry, type ScoringContext, selectParameters } from '@espalier/core';
import { testScorer } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

/** Made as a run makes it: options are checked, defaults filled in. */
const scorer = (options = {}) => new PartContainer(new Registry([corePlugin, plugin])).make(new Part('scorer', 'acme', options));

/** The scores of a layer with these weights. */
async function scoresOf(weights: number[], options = {}): Promise<number[]> {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [weights.length], useBias: false })] });
  model.setWeights([tf.tensor2d(weights, [weights.length, 1])]);
  const [scores] = await scorer(options).score(selectParameters(model).taken, {} as ScoringContext);
  return Array.from(scores?.dataSync() ?? []);
}

// What every scorer promises: shapes, ties, leaks, seeds and more.
testScorer(plugin, 'acme');

test('a weight scores its size beside the mean size of its layer', async () => {
  // The mean of 1, 2, 3 and 2 is 2.
  expect(await scoresOf([1, -2, 3, 2])).toEqual([0.5, 1, 1.5, 1]);
});

test('a power of 0 leaves the plain size', async () => {
  expect(await scoresOf([1, -2, 3, 2], { power: 0 })).toEqual([1, 2, 3, 2]);
});

test('options that cannot be are refused', () => {
  expect(() => scorer({ power: -1 })).toThrow('power');
});
