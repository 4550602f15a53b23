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

// What every scorer promises: finite scores in the shapes of the weights, the same from the same seed, no tensors left behind.
testScorer(plugin, 'acme');

test('a weight scores its size, less where its layer is larger', async () => {
  // The mean of 2, 4, 6 and 4 is 4, and the root of that 2.
  expect(await scoresOf([2, -4, 6, 4])).toEqual([1, 2, 3, 2]);
});

test('a power of 1 compares sizes with their layer, one of 0 leaves them as they are', async () => {
  expect(await scoresOf([2, -4, 6, 4], { power: 1 })).toEqual([0.5, 1, 1.5, 1]);
  expect(await scoresOf([2, -4, 6, 4], { power: 0 })).toEqual([2, 4, 6, 4]);
});

test('options that cannot be are refused', () => {
  expect(() => scorer({ power: -1 })).toThrow('power');
});
