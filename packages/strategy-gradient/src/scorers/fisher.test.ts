import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { scoresOfOneNeuron } from '../testing/one-neuron.ts';

beforeAll(() => tf.setBackend('cpu'));

test('is half the squared weight times the mean squared gradient of single samples, whatever the calibration’s batches', async () => {
  // ½·1·(16 / 2), ½·4·((16 + 4) / 2), ½·1·(36 / 2).
  expect(await scoresOfOneNeuron('fisher', 1)).toEqual([4, 20, 9]);
  expect(await scoresOfOneNeuron('fisher', 2)).toEqual([4, 20, 9]);
});

test('in batches it takes their gradients (2, 1, −3) for those of samples', async () => {
  expect(await scoresOfOneNeuron({ fisher: { batchSize: 2 } })).toEqual([2, 2, 4.5]);
});
