import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { scoresOfOneNeuron } from '../testing/one-neuron.ts';

beforeAll(() => tf.setBackend('cpu'));

test('is weight times gradient of each batch, averaged without signs', async () => {
  // (1·4) / 2, (2·4 + 2·2) / 2, (1·6) / 2.
  expect(await scoresOfOneNeuron('taylor', 1)).toEqual([2, 6, 3]);
  expect(await scoresOfOneNeuron('taylor', 2)).toEqual([2, 2, 3]);
});

test('squared, a batch in which a weight matters much counts for more', async () => {
  // 4² / 2, (8² + 4²) / 2, 6² / 2.
  expect(await scoresOfOneNeuron({ taylor: { squared: true } }, 1)).toEqual([8, 40, 18]);
});
