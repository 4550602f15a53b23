import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allVariants, KernelMemory, nonzeros, numbers, worstDifference } from '../testing/kernel-memory.ts';
import { ACTIVATIONS, convScratch, packConv, planeStride, rowsOf, slideScratch, sparseRows } from './index.ts';

const TOLERANCE = 2e-6;
const SEED = { seed: 11, numRuns: 60 };

const shapes = fc.record({
  seed: fc.nat(1e6),
  channels: fc.integer({ min: 1, max: 9 }),
  outputs: fc.integer({ min: 1, max: 13 }),
  rows: fc.integer({ min: 1, max: 11 }),
  columns: fc.integer({ min: 1, max: 41 }),
  kernelRows: fc.integer({ min: 1, max: 5 }),
  kernelColumns: fc.integer({ min: 1, max: 5 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  density: fc.constantFrom(0, 0.1, 0.5, 1),
  activation: fc.constantFrom(ACTIVATIONS.linear, ACTIVATIONS.relu, ACTIVATIONS.clipped, ACTIVATIONS.swish),
  isBiased: fc.boolean(),
});

describe.each(allVariants())('on %s WebAssembly', (variant) => {
  test('a sparse and a dense convolution over bordered planes, of any size, kernel and dilation', async () => {
    const memory = await KernelMemory.create(variant);
    fc.assert(
      fc.property(shapes, (shape) => {
        memory.clear();
        const { channels, outputs, rows, columns, kernelRows, kernelColumns, dilation, activation, density, isBiased, seed } = shape;
        const paddedRows = rows + (kernelRows - 1) * dilation;
        const pitch = 4 * (columns + (kernelColumns - 1) * dilation);
        const size = (paddedRows * pitch) / 4;
        const taps = channels * kernelRows * kernelColumns;
        const input = numbers(seed, channels * size);
        const weights = numbers(seed + 1, outputs * taps, density);
        const bias = numbers(seed + 2, outputs);
        const inputStride = planeStride(paddedRows, pitch / 4);
        const offsets = new Uint32Array(taps);
        for (let c = 0, tap = 0; c < channels; c++)
          for (let ky = 0; ky < kernelRows; ky++)
            for (let kx = 0; kx < kernelColumns; kx++, tap++) offsets[tap] = c * inputStride + ky * dilation * pitch + 4 * kx * dilation;

        const expected = new Float64Array(outputs * rows * columns);
        for (let o = 0; o < outputs; o++)
          for (let y = 0; y < rows; y++)
            for (let x = 0; x < columns; x++) {
              let sum = isBiased ? (bias[o] as number) : 0;
              for (let c = 0, tap = 0; c < channels; c++)
                for (let ky = 0; ky < kernelRows; ky++)
                  for (let kx = 0; kx < kernelColumns; kx++, tap++)
                    sum +=
                      (weights[o * taps + tap] as number) *
                      (input[c * size + ((y + ky * dilation) * pitch) / 4 + x + kx * dilation] as number);
              expected[(o * rows + y) * columns + x] = activated(sum, activation);
            }

        const { kernels } = memory;
        const stride = planeStride(rows, columns);
        const inputAt = memory.putPlanes(input, channels, size, inputStride);
        const offsetsAt = memory.put(offsets);
        const biasAt = isBiased ? memory.put(bias) : 0;
        const { starts, indices, values } = nonzeros(weights, outputs, taps);
        const [startsAt, valuesAt] = [memory.put(starts), memory.put(values)];
        const out = memory.reserve(outputs * stride);
        const where = [out, stride, 4 * columns, outputs, rows, columns, inputAt, pitch, offsetsAt] as const;
        kernels.sparseConv(...where, startsAt, memory.put(Uint16Array.from(indices)), valuesAt, biasAt, activation, 0.5);
        expect(worstDifference(memory.readPlanes(out, outputs, rows, columns, stride), expected)).toBeLessThan(TOLERANCE);

        kernels.fill(out, (outputs * stride) / 4, 0);
        kernels.sparseConvWide(...where, startsAt, memory.put(Uint32Array.from(indices)), valuesAt, biasAt, activation, 0.5);
        expect(worstDifference(memory.readPlanes(out, outputs, rows, columns, stride), expected)).toBeLessThan(TOLERANCE);

        const blocked = sparseRows(rowsOf(weights, outputs, taps), values.length, { block: 7 });
        const [blockStarts, blockIndices, blockValues] = [blocked.starts, blocked.indices, blocked.values].map((part) => memory.put(part));
        kernels.fill(out, (outputs * stride) / 4, 0);
        kernels.sparseConvBlocks(
          ...where,
          blockStarts as number,
          blockIndices as number,
          blockValues as number,
          biasAt,
          activation,
          0.5,
          Math.ceil(taps / 7),
        );
        expect(worstDifference(memory.readPlanes(out, outputs, rows, columns, stride), expected)).toBeLessThan(TOLERANCE);

        kernels.fill(out, (outputs * stride) / 4, 0);
        const scratch = memory.reserve(convScratch(taps));
        const packed = memory.put(packConv(weights, outputs, taps));
        kernels.conv(...where, taps, packed, biasAt, activation, 0.5, scratch);
        expect(worstDifference(memory.readPlanes(out, outputs, rows, columns, stride), expected)).toBeLessThan(TOLERANCE);
      }),
      SEED,
    );
  });

  test('more taps than 16 bits can count', async () => {
    const memory = await KernelMemory.create(variant);
    const { kernels } = memory;
    memory.clear();
    const channels = 70_000;
    const input = numbers(1, channels * 4);
    const weights = numbers(2, 2 * channels, 0.01);
    weights[69_999] = 3;
    const { starts, indices, values } = nonzeros(weights, 2, channels);
    const offsets = memory.put(Uint32Array.from({ length: channels }, (_, c) => c * 16));
    const inputAt = memory.put(input);
    const out = memory.reserve(32);
    const [startsAt, indicesAt, valuesAt] = [memory.put(starts), memory.put(Uint32Array.from(indices)), memory.put(values)];
    kernels.sparseConvWide(out, 16, 16, 2, 1, 4, inputAt, 16, offsets, startsAt, indicesAt, valuesAt, 0, 0, 1);
    const expected = Array.from({ length: 8 }, (_, i) => {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += (weights[(i >> 2) * channels + c] as number) * (input[c * 4 + (i & 3)] as number);
      return sum;
    });
    expect(worstDifference(memory.read(out, 8), expected)).toBeLessThan(2e-5);
  });

  test('a depthwise convolution with its border, of any kernel, stride, dilation and multiplier', async () => {
    const memory = await KernelMemory.create(variant);
    fc.assert(
      fc.property(shapes, windows, fc.integer({ min: 1, max: 3 }), (shape, window, multiplier) => {
        memory.clear();
        const { channels, activation, isBiased, seed, rows, columns, dilation } = shape;
        const isThree = seed % 2 === 0;
        const kernelRows = isThree ? 3 : shape.kernelRows;
        const kernelColumns = isThree ? 3 : shape.kernelColumns;
        const { strideRows, strideColumns } = window;
        const down = axis(rows, kernelRows, strideRows, dilation, window.border);
        const across = axis(columns, kernelColumns, strideColumns, dilation, window.border);
        fc.pre(down.outputSize > 0 && across.outputSize > 0);
        const input = numbers(seed, channels * rows * columns);
        const weights = numbers(seed + 1, channels * multiplier * kernelRows * kernelColumns);
        const bias = numbers(seed + 2, channels * multiplier);
        const outputs = channels * multiplier;
        const expected = new Float64Array(outputs * down.outputSize * across.outputSize);
        for (let o = 0, i = 0; o < outputs; o++)
          for (let y = 0; y < down.outputSize; y++)
            for (let x = 0; x < across.outputSize; x++, i++) {
              let sum = isBiased ? (bias[o] as number) : 0;
              for (let ky = 0; ky < kernelRows; ky++)
                for (let kx = 0; kx < kernelColumns; kx++) {
                  const r = y * strideRows + ky * dilation - down.before;
                  const c = x * strideColumns + kx * dilation - across.before;
                  if (r < 0 || r >= rows || c < 0 || c >= columns) continue;
                  sum +=
                    (weights[(o * kernelRows + ky) * kernelColumns + kx] as number) *
                    (input[(Math.floor(o / multiplier) * rows + r) * columns + c] as number);
                }
              expected[i] = activated(sum, activation);
            }
        const inputStride = planeStride(rows, columns);
        const stride = planeStride(down.outputSize, across.outputSize);
        const out = memory.reserve(outputs * stride);
        const inputAt = memory.putPlanes(input, channels, rows * columns, inputStride);
        const scratch = memory.reserve(slideScratch(down, across));
        memory.kernels.depthwiseConv(
          out,
          stride,
          down.outputSize,
          across.outputSize,
          inputAt,
          inputStride,
          rows,
          columns,
          channels,
          multiplier,
          kernelRows,
          kernelColumns,
          strideRows,
          strideColumns,
          dilation,
          dilation,
          down.before,
          across.before,
          memory.put(weights),
          isBiased ? memory.put(bias) : 0,
          activation,
          0.5,
          scratch,
        );
        const found = memory.readPlanes(out, outputs, down.outputSize, across.outputSize, stride);
        expect(worstDifference(found, expected)).toBeLessThan(TOLERANCE);
      }),
      { ...SEED, numRuns: 150 },
    );
  });

  test('maximum and average of windows, whose border counts for nothing', async () => {
    const memory = await KernelMemory.create(variant);
    fc.assert(
      fc.property(shapes, windows, fc.boolean(), (shape, window, isMaximum) => {
        memory.clear();
        const { channels, seed, rows, columns, kernelRows, kernelColumns } = shape;
        const { strideRows, strideColumns } = window;
        const down = axis(rows, kernelRows, strideRows, 1, window.border);
        const across = axis(columns, kernelColumns, strideColumns, 1, window.border);
        fc.pre(down.outputSize > 0 && across.outputSize > 0);
        const input = numbers(seed, channels * rows * columns);
        const expected: number[] = [];
        for (let o = 0; o < channels; o++)
          for (let y = 0; y < down.outputSize; y++)
            for (let x = 0; x < across.outputSize; x++) {
              const seen: number[] = [];
              for (let ky = 0; ky < kernelRows; ky++)
                for (let kx = 0; kx < kernelColumns; kx++) {
                  const r = y * strideRows + ky - down.before;
                  const c = x * strideColumns + kx - across.before;
                  if (r >= 0 && r < rows && c >= 0 && c < columns) seen.push(input[(o * rows + r) * columns + c] as number);
                }
              expected.push(isMaximum ? Math.max(...seen) : seen.reduce((a, b) => a + b, 0) / seen.length);
            }
        const inputStride = planeStride(rows, columns);
        const stride = planeStride(down.outputSize, across.outputSize);
        const out = memory.reserve(channels * stride);
        const inputAt = memory.putPlanes(input, channels, rows * columns, inputStride);
        const scratch = memory.reserve(slideScratch(down, across));
        memory.kernels.pool(
          Number(isMaximum),
          out,
          stride,
          down.outputSize,
          across.outputSize,
          inputAt,
          inputStride,
          rows,
          columns,
          channels,
          kernelRows,
          kernelColumns,
          strideRows,
          strideColumns,
          down.before,
          across.before,
          scratch,
        );
        const found = memory.readPlanes(out, channels, down.outputSize, across.outputSize, stride);
        expect(worstDifference(found, expected)).toBeLessThan(TOLERANCE);
      }),
      { ...SEED, numRuns: 150 },
    );
  });

  test('maximum and average of whole planes', async () => {
    const memory = await KernelMemory.create(variant);
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 70 }), (seed, channels, count) => {
        memory.clear();
        const input = numbers(seed, channels * count);
        const stride = planeStride(1, count);
        const at = memory.putPlanes(input, channels, count, stride);
        const out = memory.reserve(64);
        for (const isMaximum of [0, 1]) {
          memory.kernels.globalPool(isMaximum, out, at, stride, channels, count);
          const expected = Array.from({ length: channels }, (_, c) => {
            const plane = [...input.subarray(c * count, (c + 1) * count)];
            return isMaximum ? Math.max(...plane) : plane.reduce((a, b) => a + b, 0) / count;
          });
          expect(worstDifference(memory.read(out, channels), expected)).toBeLessThan(TOLERANCE);
        }
      }),
      SEED,
    );
  });
});

const windows = fc.record({
  strideRows: fc.integer({ min: 1, max: 3 }),
  strideColumns: fc.integer({ min: 1, max: 3 }),
  border: fc.constantFrom('same', 'valid'),
});

/** An axis of a window, its border as TensorFlow has it. */
function axis(size: number, kernel: number, stride: number, dilation: number, border: string) {
  const reach = (kernel - 1) * dilation + 1;
  const outputSize = border === 'same' ? Math.ceil(size / stride) : Math.floor((size - reach) / stride) + 1;
  const missing = border === 'same' ? Math.max((outputSize - 1) * stride + reach - size, 0) : 0;
  return { size, outputSize, kernel, stride, dilation, before: Math.floor(missing / 2) };
}

function activated(value: number, activation: number): number {
  if (activation === ACTIVATIONS.relu) return Math.max(value, 0);
  if (activation === ACTIVATIONS.clipped) return Math.min(Math.max(value, 0), 0.5);
  if (activation === ACTIVATIONS.swish) return value / (1 + Math.exp(-0.5 * value));
  return value;
}
