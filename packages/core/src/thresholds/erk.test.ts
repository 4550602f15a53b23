import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parameterOf, threshold, useCpu } from '../testing/make.ts';
import type { ParameterScores } from '../threshold.ts';

beforeAll(useCpu);

/** How many of each layer go, by shapes alone. */
async function pruned(shapes: readonly number[][], sparsity: number, groupSize = 1): Promise<number[]> {
  const scores: ParameterScores[] = shapes.map((shape, i) => {
    const parameter = parameterOf(`p${i}`, new Float32Array(shape.reduce((product, side) => product * side, 1)), shape);
    parameter.variable.dispose();
    return { parameter, size: parameter.size / groupSize, groupSize, read: () => Promise.reject(new Error('no scores are needed')) };
  });
  const lines = await threshold('erk').lines(scores, sparsity);
  return lines.map((line) => ('count' in line ? line.count : Number.NaN));
}

describe('by hand', () => {
  test('two Dense layers: densities as (n_in + n_out) / (n_in·n_out)', async () => {
    // Raw densities 50/400 and 25/100, times sizes: 50 and 25. A density of 0.3 leaves 150 of 500: twice those, 100 and 50.
    expect(
      await pruned(
        [
          [10, 40],
          [20, 5],
        ],
        0.7,
      ),
    ).toEqual([300, 50]);
  });

  test('convolutions count the sides of their kernels, too', async () => {
    // 3·3·2·4 = 72 with 3 + 3 + 2 + 4 = 12, and 8·16 = 128 with 24. A density of 0.36 leaves 72 of 200: 24 and 48.
    expect(
      await pruned(
        [
          [3, 3, 2, 4],
          [8, 16],
        ],
        0.64,
      ),
    ).toEqual([48, 80]);
  });

  test('a layer that would exceed 1 stays dense, and the others make up for it', async () => {
    // Raw 20/100 and 4/4, times sizes: 20 and 4. A density of 0.5 leaves 52: times 52/24 the small one would be 2.17 dense.
    // It keeps its 4; 48 are left for the large one.
    expect(
      await pruned(
        [
          [10, 10],
          [2, 2],
        ],
        0.5,
      ),
    ).toEqual([52, 0]);
  });

  test('LeNet-300-100 at 95 %: as the sum of sides says', async () => {
    // 0.05·266 200 = 13 310 stay, over sides 1084 + 400 + 110 = 1594: 8.35006 each. Of the layers go
    // 226 148.53, 26 659.97 and 81.49: rounded down they lack two of 252 890, which the first two lost most by.
    const shapes = [
      [784, 300],
      [300, 100],
      [100, 10],
    ];
    expect(await pruned(shapes, 0.95)).toEqual([226_149, 26_660, 81]);
  });

  test('0 leaves all, 1 nothing', async () => {
    expect(
      await pruned(
        [
          [3, 3],
          [2, 5],
        ],
        0,
      ),
    ).toEqual([0, 0]);
    expect(
      await pruned(
        [
          [3, 3],
          [2, 5],
        ],
        1,
      ),
    ).toEqual([9, 10]);
  });
});

describe('whatever the shapes', () => {
  const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });

  test('the total is met to one element, and each layer keeps what water-filling gives it', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 0, max: 100 }), async (given, percent) => {
        const counts = await pruned(given, percent / 100);
        const sizes = given.map((shape) => shape.reduce((product, side) => product * side, 1));
        const total = sizes.reduce((sum, size) => sum + size, 0);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(Math.round((percent / 100) * total));
        // Another way to the same densities: raise the scale until min(size, scale·sides) adds up to what is left.
        const sides = given.map((shape) => shape.reduce((sum, side) => sum + side, 0));
        const leftAt = (scale: number) => sizes.map((size, i) => Math.min(size, scale * (sides[i] as number)));
        let [low, high] = [0, total];
        for (let i = 0; i < 100; i++) {
          const middle = (low + high) / 2;
          if (leftAt(middle).reduce((sum, left) => sum + left, 0) < (1 - percent / 100) * total) low = middle;
          else high = middle;
        }
        for (const [i, left] of leftAt(high).entries())
          expect(Math.abs((sizes[i] as number) - (counts[i] as number) - left)).toBeLessThanOrEqual(1 + 1e-6);
      }),
      { numRuns: 100 },
    );
  });

  test('no layer gets denser as the sparsity rises, but by the rounding of one element', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (given) => {
        let before = given.map(() => 0);
        for (let percent = 0; percent <= 100; percent += 10) {
          const counts = await pruned(given, percent / 100);
          for (const [i, count] of counts.entries()) expect(count).toBeGreaterThanOrEqual((before[i] as number) - 1);
          before = counts;
        }
      }),
      { numRuns: 50 },
    );
  });
});

test('groups are counted whole', async () => {
  // 150 of 500 elements left are 37.5 groups of 4 of 125: 75 and 12.5 go.
  expect(
    await pruned(
      [
        [10, 40],
        [20, 5],
      ],
      0.7,
      4,
    ),
  ).toEqual([75, 13]);
});
