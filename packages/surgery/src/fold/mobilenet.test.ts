import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { mobilenet } from '../testing/mobilenet.ts';
import { difference, outputsOnWasm, useCpu } from '../testing/models.ts';
import { fold } from './fold.ts';

beforeAll(useCpu);

test('a trained MobileNetV2 without its 52 batch norms, 35 ReLU and 5 padding layers gives the same', async () => {
  const tensors = tf.memory().numTensors;
  const model = await mobilenet();
  const { model: folded, folded: gone, unfolded } = await fold(model);
  expect(Object.fromEntries(Object.entries(gone).map(([name, all]) => [name, all.length]))).toMatchObject({
    batchNorms: 52,
    relu6: 35,
    padding: 5,
    dropouts: 2,
  });
  expect([...unfolded.batchNorms, ...unfolded.relu6, ...unfolded.padding]).toEqual([]);
  expect(folded.layers.length).toBe(model.layers.length - 94);
  const once = { batch: 1 };
  expect(difference(await outputsOnWasm(folded, once), await outputsOnWasm(model, once))).toBeLessThan(1e-4);
  for (const each of [model, folded]) each.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
}, 60_000);
