import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allVariants, KernelMemory, numbers, worstDifference } from '../testing/kernel-memory.ts';
import { planeStride } from './index.ts';

const SEED = { seed: 7, numRuns: 120 };
const small = fc.integer({ min: 1, max: 13 });
const stride = fc.integer({ min: 1, max: 3 });

describe.each(allVariants())('on %s WebAssembly', (variant) => {
  test('planes cut from planes, with border, crop and stride', async () => {
    const memory = await KernelMemory.create(variant);
    const place = fc.integer({ min: -4, max: 4 });
    fc.assert(
      fc.property(
        small,
        small,
        small,
        small,
        place,
        place,
        stride,
        stride,
        (rows, columns, outRows, outColumns, top, left, down, across) => {
          memory.clear();
          const [channels, inStride, outStride] = [2, planeStride(rows, columns), planeStride(outRows, outColumns)];
          const input = numbers(1, channels * rows * columns);
          const at = memory.putPlanes(input, channels, rows * columns, inStride);
          const out = memory.reserve(channels * outStride);
          const guard = memory.put(Float32Array.of(1, 2, 3, 4));
          const sizes = [rows, columns, channels, top, left, down, across] as const;
          memory.kernels.cut(out, outStride, 4 * outColumns, outRows, outColumns, at, inStride, 4 * columns, ...sizes, -7);
          const expected: number[] = [];
          for (let c = 0; c < channels; c++)
            for (let y = 0; y < outRows; y++)
              for (let x = 0; x < outColumns; x++) {
                const [r, k] = [y * down + top, x * across + left];
                const isInside = r >= 0 && r < rows && k >= 0 && k < columns;
                expected.push(isInside ? (input[(c * rows + r) * columns + k] as number) : -7);
              }
          expect([...memory.readPlanes(out, channels, outRows, outColumns, outStride)]).toEqual(expected);
          expect([...memory.read(guard, 4)]).toEqual([1, 2, 3, 4]);
        },
      ),
      SEED,
    );
  });

  test('a plane resized, with numbers in between, and one filled', async () => {
    const memory = await KernelMemory.create(variant);
    memory.clear();
    const { kernels } = memory;
    const at = memory.putPlanes(Float32Array.of(0, 3, 6, 9), 1, 4, 16);
    const out = memory.reserve(256);
    kernels.resizeBilinear(out, 128, 4, 6, at, 16, 2, 2, 1);
    const row = [0, 1, 2, 3, 3, 3];
    const expected = [0, 3, 6, 6].flatMap((down) => row.map((across) => down + across));
    expect(worstDifference(memory.read(out, 24), expected)).toBeLessThan(1e-6);
    kernels.fill(out, 4, 7);
    expect(Array.from(memory.read(out, 5), Math.round)).toEqual([7, 7, 7, 7, 3]);
  });
});
