import { expect, test } from 'vitest';
import { wantedSparsity } from './wanted-sparsity.ts';

test('a course goes to the sparsity of the run', () => {
  expect(wantedSparsity({ sparsity: 0.8 }, (target) => target / 2)).toBe(0.4);
});

test('where the threshold decides alone, it says how far it is on the way there', () => {
  const run = { sparsity: Number.NaN };
  expect(wantedSparsity(run, (target) => target / 2)).toBe(0.5);
  expect(wantedSparsity(run, (target) => target)).toBe(1);
  // One of two rounds that take the same share each: 1 − √0.1 of 0.9.
  expect(wantedSparsity(run, (target) => 1 - (1 - target) ** 0.5)).toBeCloseTo((1 - Math.sqrt(0.1)) / 0.9, 12);
});

test.each([Number.NaN, -0.1, 1.5])('a course that gives %d is refused, whoever decides the sparsity', (wrong) => {
  const why = `the sparsity that the scheduler wants is ${wrong}, not a number from 0 to 1`;
  for (const sparsity of [0.8, Number.NaN]) expect(() => wantedSparsity({ sparsity }, () => wrong)).toThrow(why);
});

test('rounding leads no further than all the way', () => {
  expect(wantedSparsity({ sparsity: Number.NaN }, (target) => target + 1e-16)).toBe(1);
});
