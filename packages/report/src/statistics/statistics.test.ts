import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { holm } from './holm.ts';
import { judge } from './judge.ts';
import { intervalOf, pairedDifference } from './paired-difference.ts';
import { summary } from './summary.ts';

interface Fixtures {
  readonly levels: readonly number[];
  readonly pairs: readonly { a: number[]; b: number[]; mean: number; spread: number; p: number; intervals: [number, number][] }[];
  readonly summaries: readonly { values: number[]; mean: number; spread: number; median: number }[];
  readonly holm: readonly { p: number[]; adjusted: number[] }[];
}

const fixtures = JSON.parse(readFileSync(new URL('../testing/scipy-fixtures.json', import.meta.url), 'utf8')) as Fixtures;

test.each(fixtures.pairs)('paired differences of $a.length seeds agree with SciPy’s t-test', ({ a, b, mean, spread, p, intervals }) => {
  const difference = pairedDifference(a.map((value, i) => value - (b[i] as number)));
  if (difference === undefined) throw new Error('there are pairs');
  expect(difference.mean).toBeCloseTo(mean, 12);
  expect(difference.spread).toBeCloseTo(spread, 12);
  // jStat’s beta function is good to about eight digits.
  expect(Math.abs((difference.p as number) / p - 1)).toBeLessThan(1e-7);
  fixtures.levels.forEach((level, i) => {
    const [low, high] = intervalOf(difference, level) as [number, number];
    const [expectedLow, expectedHigh] = intervals[i] as [number, number];
    // In units of the interval’s own width, which is what a reader can see.
    const width = expectedHigh - expectedLow;
    expect(Math.abs(low - expectedLow) / width).toBeLessThan(1e-7);
    expect(Math.abs(high - expectedHigh) / width).toBeLessThan(1e-7);
  });
});

test.each(fixtures.summaries)('mean, spread and median agree with NumPy’s', ({ values, mean, spread, median }) => {
  const summed = summary(values);
  expect(summed?.count).toBe(values.length);
  expect(summed?.mean).toBeCloseTo(mean, 14);
  expect(summed?.spread).toBeCloseTo(spread, 14);
  expect(summed?.median).toBeCloseTo(median, 14);
});

test.each(fixtures.holm)('Holm’s correction of $p.length tests', ({ p, adjusted }) => {
  holm(p).forEach((value, i) => {
    expect(value).toBeCloseTo(adjusted[i] as number, 12);
  });
});

const differences = (...values: number[]) => pairedDifference(values) as NonNullable<ReturnType<typeof pairedDifference>>;

test('one seed says nothing, nor do differences that are all the same', () => {
  const [once, steady] = judge([differences(0.01), differences(0.002, 0.002, 0.002)]);
  expect(once).toMatchObject({ verdict: 'one seed', interval: null, adjustedP: null });
  expect(steady).toMatchObject({ verdict: 'no spread', mean: 0.002, interval: null, adjustedP: null });
});

test('what rounding leaves is no spread', () => {
  expect(differences(0.9758 - 0.9744, 0.9768 - 0.9754, 0.9718 - 0.9704).untested).toBe('no spread');
});

test('better is said only where the interval excludes zero, and of many comparisons it takes more', () => {
  const clear = differences(0.011, 0.0105, 0.0108);
  const weak = differences(0.011, 0.0085, 0.009);
  const none = differences(0.003, -0.002, 0.0005);
  expect(judge([weak])[0]?.verdict).toBe('better');
  const [first, second, third] = judge([clear, weak, none]);
  expect([first?.verdict, second?.verdict, third?.verdict]).toEqual(['better', 'better', 'not distinguishable']);
  const many = judge([clear, weak, ...Array.from({ length: 20 }, () => none)]);
  expect(many.slice(0, 2).map(({ verdict }) => verdict)).toEqual(['better', 'not distinguishable']);
  for (const { verdict, interval } of many) {
    const [low, high] = interval as [number, number];
    expect(low > 0 || high < 0).toBe(verdict === 'better' || verdict === 'worse');
  }
});

test('a family whose other tests are not given counts all the same', () => {
  const weak = differences(0.011, 0.006, 0.009);
  expect(judge([weak], { family: 45 })[0]?.verdict).toBe('not distinguishable');
});

test('of a loss, less is better', () => {
  expect(judge([differences(-0.011, -0.0105, -0.0108)], { higherIsBetter: false })[0]?.verdict).toBe('better');
});

test('nothing to sum up, nothing to pair', () => {
  expect(summary([])).toBeUndefined();
  expect(pairedDifference([])).toBeUndefined();
});
