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

  test('planes scattered into planes', async () => {
    const memory = await KernelMemory.create(variant);
    fc.assert(
      fc.property(small, small, stride, stride, fc.integer({ min: -2, max: 2 }), (rows, columns, down, across, top) => {
        memory.clear();
        const [outRows, outColumns, left] = [10, 9, 1];
        const [inStride, outStride] = [planeStride(rows, columns), planeStride(outRows, outColumns)];
        const input = numbers(1, rows * columns);
        const at = memory.putPlanes(input, 1, rows * columns, inStride);
        const out = memory.put(new Float32Array(outStride / 4));
        const sizes = [rows, columns, 1, top, left, down, across] as const;
        memory.kernels.scatter(out, outStride, 4 * outColumns, outRows, outColumns, at, inStride, 4 * columns, ...sizes);
        const expected = new Float32Array(outRows * outColumns);
        for (let y = 0; y < rows; y++)
          for (let x = 0; x < columns; x++) {
            const [r, k] = [y * down + top, x * across + left];
            if (r >= 0 && r < outRows && k < outColumns) expected[r * outColumns + k] = input[y * columns + x] as number;
          }
        expect([...memory.readPlanes(out, 1, outRows, outColumns, outStride)]).toEqual([...expected]);
      }),
      SEED,
    );
  });

  test('rows become columns', async () => {
    const memory = await KernelMemory.create(variant);
    fc.assert(
      fc.property(small, small, (rows, columns) => {
        memory.clear();
        const input = numbers(1, rows * columns);
        const at = memory.put(input);
        const out = memory.put(new Float32Array(columns * (rows + 1)).fill(8));
        memory.kernels.transpose(out, 4 * (rows + 1), at, 4 * columns, rows, columns);
        const expected: number[] = [];
        for (let c = 0; c < columns; c++) {
          for (let r = 0; r < rows; r++) expected.push(input[r * columns + c] as number);
          expected.push(8);
        }
        expect([...memory.read(out, columns * (rows + 1))]).toEqual(expected);
      }),
      SEED,
    );
  });

  test('gather, copy, fill and embed', async () => {
    const memory = await KernelMemory.create(variant);
    memory.clear();
    const { kernels } = memory;
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    const at = memory.put(values);
    const out = memory.put(new Float32Array(12).fill(9));
    kernels.gather(out, at, memory.put(Uint32Array.of(20, 0, 8)), 3);
    expect([...memory.read(out, 4)]).toEqual([6, 1, 3, 9]);
    kernels.copy(out, 16, at, 12, 2, 3);
    expect([...memory.read(out, 8)]).toEqual([1, 2, 3, 9, 4, 5, 6, 9]);
    kernels.fill(out, 4, 7);
    expect([...memory.read(out, 5)]).toEqual([7, 7, 7, 7, 4]);
    expect(kernels.embed(out, at, memory.put(Float32Array.of(2, 0, 1)), 3, 3, 2)).toBe(-1);
    expect([...memory.read(out, 6)]).toEqual([5, 6, 1, 2, 3, 4]);
    for (const wrong of [3, -1, Number.NaN]) expect(kernels.embed(out, at, memory.put(Float32Array.of(2, wrong)), 2, 3, 2)).toBe(1);
  });

  test('up-sampling, nearest and bilinear', async () => {
    const memory = await KernelMemory.create(variant);
    memory.clear();
    const { kernels } = memory;
    const at = memory.putPlanes(Float32Array.of(0, 3, 6, 9), 1, 4, 16);
    const out = memory.reserve(256);
    kernels.upsampleNearest(out, 128, at, 16, 2, 2, 1, 2, 3);
    expect([...memory.read(out, 24)]).toEqual([...[0, 0, 0, 3, 3, 3, 0, 0, 0, 3, 3, 3], ...[6, 6, 6, 9, 9, 9, 6, 6, 6, 9, 9, 9]]);
    kernels.resizeBilinear(out, 128, 4, 6, at, 16, 2, 2, 1);
    const row = [0, 1, 2, 3, 3, 3];
    const expected = [0, 3, 6, 6].flatMap((down) => row.map((across) => down + across));
    expect(worstDifference(memory.read(out, 24), expected)).toBeLessThan(1e-6);
  });

  test('a product of two matrices', async () => {
    const memory = await KernelMemory.create(variant);
    memory.clear();
    const a = memory.put(Float32Array.of(1, 2, 3, 4, 5, 6));
    const b = memory.put(Float32Array.of(1, 0, 0, 1, 1, 1));
    const out = memory.reserve(16);
    memory.kernels.matMul(out, 8, a, 12, b, 8, 2, 3, 2);
    expect([...memory.read(out, 4)]).toEqual([4, 5, 10, 11]);
  });
});
