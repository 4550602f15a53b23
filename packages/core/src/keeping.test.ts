import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { RunKeeping } from './keeping.ts';
import { useCpu } from './testing/make.ts';

beforeAll(useCpu);

test('what is kept is made once, and found again by its name', () => {
  const keep = new RunKeeping();
  const sums = keep.tensor('sums', () => tf.zeros([2]));
  expect(keep.tensor('sums', () => tf.ones([5]))).toBe(sums);
  const value = keep.value('count', 1);
  value.current = 4;
  expect(keep.value('count', 1)).toBe(value);
});

test('a saved state comes back, to those who hold a value already, too', async () => {
  const keep = new RunKeeping();
  keep.tensor('sums', () => tf.tensor1d([1, 2]));
  keep.value<number[]>('losses', []).current.push(3);
  const saved = await keep.save();
  const [list, sums] = [keep.value<number[]>('losses', []), keep.tensor('sums', () => tf.zeros([2]))];
  list.current.push(4);
  sums.assign(tf.tensor1d([9, 9]));
  expect(saved.keptValues).toEqual({ losses: [3] });

  keep.restore(saved);
  expect([list.current, [...sums.dataSync()]]).toEqual([[3], [1, 2]]);
  const fresh = new RunKeeping();
  fresh.restore(saved);
  expect([fresh.value('losses', [0]).current, [...fresh.tensor('sums', () => tf.zeros([2])).dataSync()]]).toEqual([[3], [1, 2]]);
});

test('its tensors go with it, and the first values of `make` at once', () => {
  const before = tf.memory().numTensors;
  const keep = new RunKeeping();
  keep.tensor('a', () => tf.add(tf.zeros([2]), 1));
  expect(tf.memory().numTensors - before).toBe(1);
  keep.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
