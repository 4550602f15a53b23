import { beforeAll, expect, test } from 'vitest';
import { parameterOf, threshold, useCpu } from '../testing/make.ts';
import type { ParameterScores } from '../threshold.ts';
import { partOfTheWay } from './part-of-the-way.ts';

beforeAll(useCpu);

const VALUES = [0.1, -2, 0.3, 4, 0.2, -0.4, 5, 6];
const scores = (): ParameterScores => ({
  parameter: parameterOf('layer', VALUES),
  size: VALUES.length,
  groupSize: 1,
  read: async () => Float32Array.from(VALUES, Math.abs),
});

test('on the way to a value, so large a share of what lies under it goes', async () => {
  expect(await partOfTheWay(scores(), 1, 0.5)).toEqual({ count: 2 });
  expect(await partOfTheWay(scores(), 1, 0.8)).toEqual({ count: 3 });
  expect(await partOfTheWay(scores(), 1, 0)).toEqual({ count: 0 });
});

test.each([1, Number.NaN])('all the way (%d) the line is the value itself', async (share) => {
  expect(await partOfTheWay(scores(), 1, share)).toEqual({ below: 1 });
});

test('what is pruned already is part of the way', async () => {
  const pruned = { ...scores(), read: async () => Float32Array.of(Number.NEGATIVE_INFINITY, 0.5, 2, 3) };
  expect(await partOfTheWay(pruned, 1, 0.5)).toEqual({ count: 1 });
});

test('thresholds that decide by values go part of the way, too', async () => {
  expect(await threshold({ fixed: { value: 1 } }).lines([scores()], 0.5)).toEqual([{ count: 2 }]);
  // σ of the weights is 2.79: under it lie 5 of 8 (2 is among them).
  expect(await threshold('std').lines([scores()], 0.4)).toEqual([{ count: 2 }]);
  expect(await threshold('std').lines([scores()], 0.6)).toEqual([{ count: 3 }]);
});
