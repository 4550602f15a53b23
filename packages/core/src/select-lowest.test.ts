import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Mask } from './mask.ts';
import { Random } from './random.ts';
import { cutOff, selectLowest } from './select-lowest.ts';
import { parameterOf, useCpu } from './testing/make.ts';
import type { Line, ParameterScores } from './threshold.ts';

beforeAll(useCpu);

const MAX = 3.4028234663852886e38;
const SUBNORMAL = 1.401298464324817e-45;

/** Scores as they come: few different values, so that ties abound, and all the odd ones. */
const score = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    0.5,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    MAX,
    -MAX,
    SUBNORMAL,
    -SUBNORMAL,
    2 * SUBNORMAL,
    1e-39,
  ),
  fc.integer({ min: -3, max: 3 }),
  fc.float({ noNaN: true }),
);
const scores = fc.array(score, { maxLength: 40 }).map((values) => Float32Array.from(values));

function named(tensors: readonly Float32Array[]): ParameterScores[] {
  return tensors.map((values, i) => ({
    parameter: parameterOf(`p${i}`, [0]),
    size: values.length,
    groupSize: 1,
    read: async () => values,
  }));
}

function fallen(values: Float32Array, line: Line): number[] {
  const mask = Mask.above(values, 'count' in line ? cutOff(values, line.count) : line);
  return [...values.keys()].filter((index) => !mask.keeps(index));
}

/** The independent version: sort everything by score, then by place. −0 and 0 are the same score. */
function lowestBySorting(tensors: readonly Float32Array[], count: number): number[][] {
  const all = tensors.flatMap((values, tensor) => [...values].map((value, index) => ({ value, tensor, index })));
  all.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.tensor - b.tensor || a.index - b.index));
  const chosen = all.slice(0, count);
  return tensors.map((_, tensor) =>
    chosen
      .filter((one) => one.tensor === tensor)
      .map(({ index }) => index)
      .sort((a, b) => a - b),
  );
}

describe('selectLowest', () => {
  test('chooses what sorting by score and position chooses, over several tensors', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(scores, { maxLength: 5 }), fc.nat(220), async (tensors, wanted) => {
        const total = tensors.reduce((sum, { length }) => sum + length, 0);
        const count = total === 0 ? 0 : wanted % (total + 1);
        const lines = await selectLowest(named(tensors), count);
        expect(lines).toHaveLength(tensors.length);
        expect(tensors.map((values, i) => fallen(values, lines[i] as Line))).toEqual(lowestBySorting(tensors, count));
      }),
      { numRuns: 300 },
    );
  });

  test('and so it does over as many as SIMD is worth', async () => {
    const many = fc.array(score, { minLength: 250, maxLength: 600 }).map((values) => Float32Array.from(values));
    await fc.assert(
      fc.asyncProperty(fc.array(many, { minLength: 1, maxLength: 3 }), fc.nat(1800), async (tensors, wanted) => {
        const count = wanted % tensors.reduce((sum, { length }) => sum + length, 1);
        const lines = await selectLowest(named(tensors), count);
        expect(tensors.map((values, i) => fallen(values, lines[i] as Line))).toEqual(lowestBySorting(tensors, count));
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    [
      'constant tensors fall in the order of parameters and elements',
      [
        [2, 2],
        [2, 2, 2],
      ],
      3,
      [[0, 1], [0]],
    ],
    [
      '0 and −0 are one score',
      [
        [0, -0],
        [-0, 0],
      ],
      3,
      [[0, 1], [0]],
    ],
    ['a single element', [[5]], 1, [[0]]],
    ['none', [[5, 1]], 0, [[]]],
    ['all', [[5, 1], [Number.POSITIVE_INFINITY]], 3, [[0, 1], [0]]],
    ['subnormals have an order', [[2 * SUBNORMAL, SUBNORMAL, 0, -SUBNORMAL]], 2, [[2, 3]]],
    [
      '−∞ falls first, +∞ last',
      [
        [Number.POSITIVE_INFINITY, 3],
        [Number.NEGATIVE_INFINITY, -MAX],
      ],
      3,
      [[1], [0, 1]],
    ],
    ['an empty tensor takes part without elements', [[], [1, 0]], 1, [[], [1]]],
  ])('%s', async (_, tensors, count, expected) => {
    const values = tensors.map((tensor) => Float32Array.from(tensor));
    const lines = await selectLowest(named(values), count);
    expect(values.map((tensor, i) => fallen(tensor, lines[i] as Line))).toEqual(expected);
  });

  test('more than there are is all of them', async () => {
    const [line] = await selectLowest(named([Float32Array.of(1, 2)]), 9);
    expect(fallen(Float32Array.of(1, 2), line as Line)).toEqual([0, 1]);
  });

  test('scores that are a view into a larger buffer are read in their own bounds', async () => {
    const view = new Float32Array(Float32Array.of(-9, 3, 1, 2, -9).buffer, 4, 3);
    const [line] = await selectLowest(named([view]), 1);
    expect(fallen(view, line as Line)).toEqual([1]);
  });
});

describe('a line', () => {
  test('a count takes exactly so many of the lowest, ties by position', () => {
    fc.assert(
      fc.property(scores, fc.nat(60), (values, wanted) => {
        const count = Math.min(wanted, values.length);
        expect(fallen(values, { count })).toEqual(lowestBySorting([values], count)[0]);
      }),
      { numRuns: 300 },
    );
  });

  test('a value takes what is strictly below it, and none of its ties unless it says how many', () => {
    const values = Float32Array.of(1, 2, 3, 2, 0);
    expect(fallen(values, { below: 2 })).toEqual([0, 4]);
    expect(fallen(values, { below: 2, ties: 1 })).toEqual([0, 1, 4]);
    expect(fallen(values, { below: Number.NEGATIVE_INFINITY })).toEqual([]);
  });
});

test('cutOff draws the line just above the last that falls, or at it where others that equal it stay', () => {
  const above3 = 3.000000238418579;
  expect(cutOff(Float32Array.of(4, 1, 3, 2), 3)).toEqual({ below: above3, ties: 0 });
  expect(cutOff(Float32Array.of(4, 1, 1, 1), 2)).toEqual({ below: 1, ties: 2 });
  expect(cutOff(Float32Array.of(4, 1), 0)).toEqual({ below: Number.NEGATIVE_INFINITY, ties: 0 });
  expect(cutOff(Float32Array.of(4, 1), 2)).toEqual({ below: Number.POSITIVE_INFINITY, ties: 2 });
});

describe('tensors larger than the sample', () => {
  const size = 300_000;
  const random = Random.of(4, 'large');
  const shapes: Record<string, (index: number) => number> = {
    'like weights': () => random.next() + random.next() - random.next() - random.next(),
    // The sample sees every fourth: it is misled, and radix selection has to find the line.
    'that repeat with the sample’s stride': (index) => (index % 4 === 2 ? 1 + random.next() : random.next()),
    'half of them pruned already': (index) => (index % 2 === 0 ? Number.NEGATIVE_INFINITY : random.next()),
    'of few values': () => random.int(3),
    'that are all the same': () => 0.25,
    sorted: (index) => index,
  };

  test.each(Object.keys(shapes))('%s: the line is exact', async (name) => {
    const tensors = [size, 1, size / 3].map((length) =>
      Float32Array.from({ length }, (_, i) => (shapes[name] as (index: number) => number)(i)),
    );
    const total = tensors.reduce((sum, { length }) => sum + length, 0);
    for (const share of [0.001, 0.5, 0.9, 0.9999]) {
      const count = Math.round(share * total);
      const lines = await selectLowest(named(tensors), count);
      const masks = tensors.map((values, i) => {
        const line = lines[i] as Line;
        return Mask.above(values, 'count' in line ? cutOff(values, line.count) : line);
      });
      expect(masks.reduce((sum, { pruned }) => sum + pruned, 0)).toBe(count);
      const sorted = Float32Array.from(tensors.flatMap((values) => [...values])).sort();
      const [last, next] = [sorted[count - 1] as number, sorted[count] as number];
      for (const [i, values] of tensors.entries()) {
        const isRight = values.every((value, at) => ((masks[i] as Mask).keeps(at) ? value >= next : value <= last));
        expect(isRight, name).toBe(true);
      }
    }
  });
});
