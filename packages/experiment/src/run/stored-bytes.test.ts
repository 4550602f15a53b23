import { expect, test } from 'vitest';
import { storedBytes } from './stored-bytes.ts';

test('half of the weights: one bit for each twice over, and 3.8 bytes for what is left', () => {
  expect(storedBytes(1000, 500)).toBe(250 + 1900);
});

test('all of them, none of them, and of nothing', () => {
  expect([storedBytes(1000, 1000), storedBytes(1000, 0), storedBytes(0, 0)]).toEqual([3800, 0, 0]);
});
