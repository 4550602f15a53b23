import { expect, test } from 'vitest';
import { load } from './testing/part.ts';

test('makes numbers of the shapes up, and says so', async () => {
  const { madeUp, train, test: samples } = await load('none', { inputs: [[3, 2], [4]], outputs: [[5]] });
  expect(madeUp).toBe(true);
  expect(samples).toBe(train);
  expect(train.inputs.map(({ shape, data }) => [shape, data.length / train.size])).toEqual([
    [[3, 2], 6],
    [[4], 4],
  ]);
  expect(train.targets.map(({ shape }) => shape)).toEqual([[5]]);
  expect(new Set(train.inputs[0]?.data).size).toBeGreaterThan(40);
  expect(train.inputs[0]?.data.every((value) => value >= 0 && value < 1)).toBe(true);
});
