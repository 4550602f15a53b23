import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from './random.ts';

const draws = (random: Random, count = 20): number[] => Array.from({ length: count }, () => random.next());

test('the same seed gives the same numbers, another seed others', () => {
  expect(draws(Random.of(7))).toEqual(draws(Random.of(7)));
  expect(draws(Random.of(7))).not.toEqual(draws(Random.of(8)));
  expect(draws(Random.of(-1))).not.toEqual(draws(Random.of(0)));
  expect(draws(Random.of(2 ** 32))).not.toEqual(draws(Random.of(0)));
});

test('a named stream does not depend on what is drawn from another', () => {
  const before = draws(Random.of(7, 'shuffle', 3));
  const other = Random.of(7, 'dropout', 3);
  draws(other, 100);
  expect(draws(Random.of(7, 'shuffle', 3))).toEqual(before);
  expect(draws(Random.of(7, 'dropout', 3))).not.toEqual(before);
  expect(draws(Random.of(7, 'shuffle', 4))).not.toEqual(before);
});

test('two streams of one seed are not correlated', () => {
  const a = draws(Random.of(1, 'a'), 10_000);
  const b = draws(Random.of(1, 'b'), 10_000);
  const covariance = a.reduce((sum, x, i) => sum + (x - 0.5) * ((b[i] as number) - 0.5), 0) / a.length;
  // The standard deviation of the mean is (1/12)/100.
  expect(Math.abs(covariance * 12)).toBeLessThan(0.05);
});

test('a saved state goes on with the same numbers, through JSON, too', () => {
  const random = Random.of(3, 'run');
  draws(random, 11);
  const state = JSON.parse(JSON.stringify(random.state())) as number[];
  const expected = draws(random);
  expect(draws(Random.from(state))).toEqual(expected);
  random.restore(state);
  expect(draws(random)).toEqual(expected);
});

test('numbers are spread evenly over [0, 1)', () => {
  const random = Random.of(5);
  const bins = new Array<number>(20).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const value = random.next();
    if (!(value >= 0 && value < 1)) expect.fail(`${value} is outside`);
    const bin = Math.floor(value * 20);
    bins[bin] = (bins[bin] as number) + 1;
  }
  // χ² with 19 degrees of freedom: 43.8 is its 99.9th percentile.
  const chiSquare = bins.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0);
  expect(chiSquare).toBeLessThan(43.8);
});

test('a permutation has every position once', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(), (size, seed) => {
      const order = Random.of(seed).permutation(size);
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
    }),
    { numRuns: 50 },
  );
});

test('every permutation of three comes equally often', () => {
  const random = Random.of(9);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const key = random.permutation(3).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
});

test('whole numbers stay below their bound and reach each one', () => {
  const random = Random.of(2);
  const seen = new Set(Array.from({ length: 200 }, () => random.int(5)));
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
});
