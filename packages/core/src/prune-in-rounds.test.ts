import { expect, test } from 'vitest';
import { sparsityAfter } from './prune-in-rounds.ts';

test('each round takes the same share of what is left', () => {
  expect(sparsityAfter({ sparsity: 0.75 }, { progress: 0.5 })).toBe(0.5);
  expect(sparsityAfter({ sparsity: 0.75 }, { progress: 1 })).toBe(0.75);
});

test('where the threshold decides alone, rounds go evenly to that, and never to NaN', () => {
  expect([1 / 4, 1 / 2, 1].map((progress) => sparsityAfter({ sparsity: Number.NaN }, { progress }))).toEqual([1 / 4, 1 / 2, 1]);
});
