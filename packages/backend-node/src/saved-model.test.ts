import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { loadSavedModel } from './saved-model.ts';

test('another backend than the native one is told so', async () => {
  await tf.setBackend('cpu');
  await expect(loadSavedModel(new Uint8Array(0))).rejects.toThrow(/needs the native backend, and "cpu" is in use.*useBackend/);
});
