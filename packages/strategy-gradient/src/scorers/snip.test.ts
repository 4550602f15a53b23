import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { scoresOfOneNeuron } from '../testing/one-neuron.ts';

beforeAll(() => tf.setBackend('cpu'));

test('is weight times the gradient over all samples at once, in batches of any size', async () => {
  // What the second weight does to the first sample, 2·4, is half undone by what it does to the second, −2·2.
  expect(await scoresOfOneNeuron('snip', 1)).toEqual([2, 2, 3]);
  expect(await scoresOfOneNeuron('snip', 2)).toEqual([2, 2, 3]);
});
