import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { scoresOfOneNeuron } from '../testing/one-neuron.ts';

beforeAll(() => tf.setBackend('cpu'));

test('is the size of each batch’s gradient, averaged', async () => {
  // Of single samples (|4| + 0) / 2, (|4| + |−2|) / 2, |−6| / 2; of both at once |4| / 2, |4 − 2| / 2, |−6| / 2.
  expect(await scoresOfOneNeuron('gradient', 1)).toEqual([2, 3, 3]);
  expect(await scoresOfOneNeuron('gradient', 2)).toEqual([2, 1, 3]);
});
