import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { compileSparse } from '../index.ts';
import { modelOf } from '../testing/compare.ts';

const L = tf.layers;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** A kernel of 1e38 behind which a batch norm multiplies by 1000: their product is no float32, what they give is. */
function overflowing(): tf.LayersModel {
  const model = modelOf([3], L.dense({ units: 2, name: 'classes' }), L.batchNormalization({ epsilon: 0, name: 'norm' }));
  model.getLayer('classes').setWeights([tf.fill([3, 2], 1e38), tf.zeros([2])]);
  model.getLayer('norm').setWeights([tf.fill([2], 1e3), tf.zeros([2]), tf.zeros([2]), tf.ones([2])]);
  return model;
}

test('weights that folding takes out of float32 are named, with the fold that does it', async () => {
  for (const kernel of ['sparse', 'dense'] as const)
    await expect(compileSparse(overflowing(), { kernel })).rejects.toThrow(
      /classes\/kernel: element 0 of 6 is Infinity once a batch norm is folded in.*\{ fold: \{ batchNorms: false \} \}/,
    );
});

test('without that fold they give what the layers give', async () => {
  const sparse = await compileSparse(overflowing(), { fold: { batchNorms: false } });
  const [first, second] = sparse.predict([1e-30, 0, 0]);
  // 1e-30 * 1e38 * 1e3
  expect((first as number) / 1e11).toBeCloseTo(1, 5);
  expect(second).toBe(first);
});

test('weights that are no numbers are named by their parameter', async () => {
  const model = modelOf([3], L.dense({ units: 2, name: 'classes' }));
  model.layers[1]?.setWeights([tf.tensor2d([1, 2, 3, 4, Number.NEGATIVE_INFINITY, 6], [3, 2]), tf.zeros([2])]);
  await expect(compileSparse(model)).rejects.toThrow(/classes\/kernel: element 4 of 6 is -Infinity: nothing that is computed/);
});
