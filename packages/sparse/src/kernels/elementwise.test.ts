import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allVariants, KernelMemory, numbers, worstDifference } from '../testing/kernel-memory.ts';
import { ACTIVATIONS, BINARY, packDense, planeStride, roundUp } from './index.ts';

const SEED = { seed: 5, numRuns: 40 };

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Abramowitz and Stegun 7.1.26, as tfjs computes it. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - p * Math.exp(-x * x));
}

const ALPHA = 0.75;

/** In float64, by their definitions. */
const EXPECTED: Record<keyof typeof ACTIVATIONS, (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  clipped: (x) => Math.min(Math.max(x, 0), ALPHA),
  leakyRelu: (x) => (x < 0 ? ALPHA * x : x),
  elu: (x) => (x < 0 ? ALPHA * Math.expm1(x) : x),
  selu: (x) => 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * Math.expm1(x) : x),
  sigmoid,
  hardSigmoid: (x) => Math.min(Math.max(0.2 * x + 0.5, 0), 1),
  tanh: Math.tanh,
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  swish: (x) => x * sigmoid(ALPHA * x),
  gelu: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  geluNew: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  mish: (x) => x * Math.tanh(softplus(x)),
  exp: Math.exp,
  thresholded: (x) => (x > ALPHA ? x : 0),
  abs: Math.abs,
};

/** Those that take a difference of near numbers by definition: right to the last place of 1, as they are in tfjs. */
const ABSOLUTE: readonly string[] = ['hardSigmoid', 'gelu', 'geluNew'];

describe.each(allVariants())('on %s WebAssembly', (variant) => {
  test.each(Object.entries(ACTIVATIONS))('%s is right to 1e-6 relative', async (name, kind) => {
    const memory = await KernelMemory.create(variant);
    memory.clear();
    const xs = Float32Array.from([
      ...[0, 1e-30, -1e-30, 1e-6, -1e-6, 1e-3, -1e-3, ALPHA, 30, -30, 80, -80],
      ...Array.from({ length: 4001 }, (_, i) => (i - 2000) / 200),
    ]);
    const input = memory.put(xs);
    const out = memory.reserve(4 * roundUp(xs.length, 4));
    memory.kernels.activate(kind, out, input, xs.length, ALPHA);
    const found = memory.read(out, xs.length);
    let worst = 0;
    for (const [i, x] of xs.entries()) {
      const expected = EXPECTED[name as keyof typeof ACTIVATIONS](x);
      const scale = Math.max(Math.abs(expected), ABSOLUTE.includes(name) ? 1 : 1e-30);
      worst = Math.max(worst, Math.abs((found[i] as number) - expected) / scale);
    }
    expect(worst).toBeLessThan(1e-6);
  });

  test('exp at its ends: 0, infinite, NaN', async () => {
    const memory = await KernelMemory.create(variant);
    memory.clear();
    const input = memory.put(Float32Array.of(-200, -104.5, 88.7, 89, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -90));
    memory.kernels.activate(ACTIVATIONS.exp, input, input, 8, 1);
    const [a, b, c, d, e, f, g, h] = memory.read(input, 8);
    expect([a, b, d, e, f, g]).toEqual([0, 0, Number.POSITIVE_INFINITY, Number.NaN, 0, Number.POSITIVE_INFINITY]);
    expect((c as number) / Math.exp(Math.fround(88.7))).toBeCloseTo(1, 6);
    expect((h as number) / Math.exp(-90)).toBeCloseTo(1, 3);
  });

  test('NaN goes through relu, its clipped form and a dense layer', async () => {
    const memory = await KernelMemory.create(variant);
    memory.clear();
    const input = memory.put(Float32Array.of(Number.NaN, 1, -1, 9));
    for (const kind of [ACTIVATIONS.relu, ACTIVATIONS.clipped]) {
      const out = memory.reserve(16);
      memory.kernels.activate(kind, out, input, 4, 6);
      expect([...memory.read(out, 4)]).toEqual([Number.NaN, 1, 0, kind === ACTIVATIONS.relu ? 9 : 6]);
    }
    const out = memory.reserve(16);
    memory.kernels.dense(out, 2, input, 4, memory.put(packDense(new Float32Array(8).fill(1), 4, 2)), 0, ACTIVATIONS.relu, 1);
    expect([...memory.read(out, 2)]).toEqual([Number.NaN, Number.NaN]);
  });

  test('two maps become one, whole, by a stretch for all, or by one element for each row', async () => {
    const memory = await KernelMemory.create(variant);
    const operations: [keyof typeof BINARY, (a: number, b: number) => number][] = [
      ['add', (a, b) => a + b],
      ['subtract', (a, b) => a - b],
      ['multiply', (a, b) => a * b],
      ['maximum', Math.max],
      ['minimum', Math.min],
      ['prelu', (a, b) => (a < 0 ? a * b : a)],
      ['divide', (a, b) => a / b],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...operations), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 19 }), (pair, rows, count) => {
        memory.clear();
        const [name, combine] = pair;
        const stride = planeStride(1, count);
        const [a, b] = [numbers(1, rows * count), numbers(2, rows * count).map((value) => value + 2)];
        const [aAt, bAt] = [memory.putPlanes(a, rows, count, stride), memory.putPlanes(b, rows, count, stride)];
        const flat = memory.put(b);
        const out = memory.reserve(rows * stride);
        const found = () => memory.readPlanes(out, rows, 1, count, stride);
        const expected = (other: (i: number) => number) => Array.from(a, (value, i) => combine(value, b[other(i)] as number));
        memory.kernels.binary(BINARY[name], out, stride, aAt, stride, bAt, stride, rows, count);
        expect(
          worstDifference(
            found(),
            expected((i) => i),
          ),
        ).toBeLessThan(1e-6);
        memory.kernels.binary(BINARY[name], out, stride, aAt, stride, flat, 0, rows, count);
        expect(
          worstDifference(
            found(),
            expected((i) => i % count),
          ),
        ).toBeLessThan(1e-6);
        memory.kernels.binaryByRow(BINARY[name], out, stride, aAt, stride, flat, rows, count);
        expect(
          worstDifference(
            found(),
            expected((i) => Math.floor(i / count)),
          ),
        ).toBeLessThan(1e-6);
      }),
      { ...SEED, numRuns: 100 },
    );
  });

  test('scale and shift by channel, with an activation', async () => {
    const memory = await KernelMemory.create(variant);
    memory.clear();
    const [channels, count, stride] = [3, 7, planeStride(1, 7)];
    const [x, scale, shift] = [numbers(1, channels * count), numbers(2, channels), numbers(3, channels)];
    const at = memory.putPlanes(x, channels, count, stride);
    memory.kernels.affine(at, stride, at, stride, channels, count, memory.put(scale), memory.put(shift), ACTIVATIONS.tanh, 1);
    const affine = (value: number, i: number) =>
      value * (scale[Math.floor(i / count)] as number) + (shift[Math.floor(i / count)] as number);
    const expected = Array.from(x, (value, i) => Math.tanh(affine(value, i)));
    expect(worstDifference(memory.readPlanes(at, channels, 1, count, stride), expected)).toBeLessThan(1e-6);
  });

  test('softmax and its logarithm, over channels and over one vector', async () => {
    const memory = await KernelMemory.create(variant);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), fc.boolean(), (count, columns, isLogarithm) => {
        memory.clear();
        const stride = planeStride(1, columns);
        const x = numbers(count, count * columns).map((value) => value * 20);
        const expected = new Float64Array(count * columns);
        for (let c = 0; c < columns; c++) {
          let sum = 0;
          for (let i = 0; i < count; i++) sum += Math.exp(x[i * columns + c] as number);
          for (let i = 0; i < count; i++) {
            const share = Math.exp(x[i * columns + c] as number) / sum;
            expected[i * columns + c] = isLogarithm ? Math.log(share) : share;
          }
        }
        const at = memory.putPlanes(x, count, columns, stride);
        memory.kernels.softmax(at, stride, at, stride, count, columns, Number(isLogarithm));
        expect(worstDifference(memory.readPlanes(at, count, 1, columns, stride), expected)).toBeLessThan(1e-6);
        if (columns > 1) return;
        const row = memory.put(x);
        const out = memory.reserve(4 * roundUp(count, 4));
        memory.kernels.softmaxRow(out, row, count, Number(isLogarithm));
        expect(worstDifference(memory.read(out, count), expected)).toBeLessThan(1e-6);
      }),
      { ...SEED, numRuns: 120 },
    );
  });

  test('a step of an LSTM and of a GRU, of any width', async () => {
    const memory = await KernelMemory.create(variant);
    for (const units of [1, 3, 4, 7, 16]) {
      memory.clear();
      const rounded = roundUp(units, 4);
      const [gates, cell, hidden] = [numbers(1, 4 * rounded), numbers(2, units), numbers(3, units)];
      const gate = (g: number, i: number) => gates[g * rounded + i] as number;
      const [gatesAt, cellAt, hiddenAt] = [memory.put(gates), memory.put(cell), memory.put(hidden)];
      memory.kernels.lstmStep(gatesAt, cellAt, hiddenAt, units, ACTIVATIONS.tanh, ACTIVATIONS.sigmoid);
      const cells = Array.from(cell, (c, i) => sigmoid(gate(1, i)) * c + sigmoid(gate(0, i)) * Math.tanh(gate(2, i)));
      expect(worstDifference(memory.read(cellAt, units), cells)).toBeLessThan(1e-6);
      const outs = cells.map((c, i) => sigmoid(gate(3, i)) * Math.tanh(c));
      expect(worstDifference(memory.read(hiddenAt, units), outs)).toBeLessThan(1e-6);

      const [update, candidate, state] = [numbers(4, units), numbers(5, units), memory.put(hidden)];
      memory.kernels.gruStep(memory.put(update), memory.put(candidate), state, units);
      const mixed = Array.from(hidden, (h, i) => (update[i] as number) * h + (1 - (update[i] as number)) * (candidate[i] as number));
      expect(worstDifference(memory.read(state, units), mixed)).toBeLessThan(1e-6);
    }
  });
});
