import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { BrokenPromise } from './errors.ts';
import { Mask } from './mask.ts';
import { MaskSet } from './mask-set.ts';
import { parameterOf, useCpu } from './testing/make.ts';

beforeAll(useCpu);

const bits = (values: ArrayLike<number>): number[] => [...new Uint32Array(Float32Array.from(values).buffer)];

test('everything is kept at first', () => {
  const a = parameterOf('a', [1, 2]);
  const masks = new MaskSet([a]);
  expect([masks.get(a).kept, masks.sparsity, masks.tensor(a)]).toEqual([2, 0, null]);
  expect(masks.has(a)).toBe(true);
  expect(masks.has({ name: 'b' })).toBe(false);
});

test('a new mask zeroes the weights that it prunes, and sparsity counts over all parameters', () => {
  const a = parameterOf('a', [1, -2, 3, -4], [2, 2]);
  const b = parameterOf('b', [5, 6, 7, 8, 9, 10]);
  const masks = new MaskSet([a, b]);
  masks.set(a, Mask.of([1, 0, 1, 0]));
  expect([...a.variable.dataSync()]).toEqual([1, 0, 3, 0]);
  expect([...b.variable.dataSync()]).toEqual([5, 6, 7, 8, 9, 10]);
  expect(masks.sparsity).toBe(0.2);
});

test('a pruned weight is a plain zero, whatever was there: no −0, no NaN', () => {
  const a = parameterOf('a', [-1, Number.POSITIVE_INFINITY, Number.NaN, -3]);
  const masks = new MaskSet([a]);
  masks.set(a, Mask.of([0, 0, 0, 1]));
  expect(bits(a.variable.dataSync())).toEqual(bits([0, 0, 0, -3]));
});

test('weights written from outside are zeroed again by apply', () => {
  const a = parameterOf('a', [1, 2, 3]);
  const masks = new MaskSet([a]);
  masks.set(a, Mask.of([1, 0, 1]));
  a.variable.assign(tf.tensor1d([7, 8, 9]));
  masks.apply();
  expect([...a.variable.dataSync()]).toEqual([7, 0, 9]);
});

test('verify names the parameters whose promise is broken, and how many weights', async () => {
  const a = parameterOf('dense/kernel', [1, 2, 3]);
  const b = parameterOf('output/kernel', [1, 2, 3]);
  const masks = new MaskSet([a, b]);
  masks.set(a, Mask.of([0, 0, 1]));
  masks.set(b, Mask.of([1, 0, 1]));
  await masks.verify('now');
  a.variable.assign(tf.tensor1d([1, 1, 1]));
  const broken = masks.verify('after epoch 3');
  await expect(broken).rejects.toThrow(BrokenPromise);
  await expect(broken).rejects.toThrow(/^dense\/kernel \(2 weights\): pruned weights are not zero after epoch 3/);
});

test('NaN in a pruned place is not zero', async () => {
  const a = parameterOf('a', [1, 2]);
  const masks = new MaskSet([a]);
  masks.replace(a, Mask.of([0, 1]));
  a.variable.assign(tf.tensor1d([Number.NaN, 1]));
  await expect(masks.verify('now')).rejects.toThrow('a (1 weights)');
});

test('a mask of another size, or for a parameter that is not taken, is refused by name', () => {
  const a = parameterOf('a', [1, 2]);
  const masks = new MaskSet([a]);
  expect(() => masks.set(a, Mask.full(3))).toThrow('a: a mask of 3 elements does not fit 2 weights');
  expect(() => masks.get({ name: 'b' })).toThrow('b: has no mask');
});

test('it owns its tensors: none is left after dispose, none piles up under new masks', async () => {
  const a = parameterOf('a', [1, 2, 3]);
  const before = tf.memory().numTensors;
  const masks = new MaskSet([a]);
  for (const kept of [
    [1, 1, 0],
    [1, 0, 0],
    [1, 1, 1],
    [0, 0, 0],
  ]) {
    masks.set(a, Mask.of(kept));
    masks.tensor(a);
    masks.apply();
    await masks.verify('now');
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1);
  }
  masks.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('its tensor may be asked for inside a tidy', () => {
  const a = parameterOf('a', [1, 2]);
  const masks = new MaskSet([a]);
  masks.replace(a, Mask.of([1, 0]));
  tf.tidy(() => {
    masks.tensor(a);
  });
  expect([...(masks.tensor(a) as tf.Tensor).dataSync()]).toEqual([1, 0]);
});
