import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allVariants, KernelMemory, nonzeros, numbers, worstDifference } from '../testing/kernel-memory.ts';
import { ACTIVATIONS, packDense, roundUp } from './index.ts';

describe.each(allVariants())('on %s WebAssembly', (variant) => {
  test('a sparse and a dense matrix times a vector, of any size and density', async () => {
    const memory = await KernelMemory.create(variant);
    const shapes = fc.record({
      seed: fc.nat(1e6),
      inputs: fc.integer({ min: 1, max: 70 }),
      outputs: fc.integer({ min: 1, max: 70 }),
      density: fc.constantFrom(0, 0.05, 0.3, 1),
      activation: fc.constantFrom(ACTIVATIONS.linear, ACTIVATIONS.relu, ACTIVATIONS.sigmoid),
      isBiased: fc.boolean(),
    });
    fc.assert(
      fc.property(shapes, ({ seed, inputs, outputs, density, activation, isBiased }) => {
        memory.clear();
        const [input, bias] = [numbers(seed, inputs), numbers(seed + 1, outputs)];
        const weights = numbers(seed + 2, inputs * outputs, density);
        const expected = Array.from({ length: outputs }, (_, o) => {
          let sum = isBiased ? (bias[o] as number) : 0;
          for (let i = 0; i < inputs; i++) sum += (weights[o * inputs + i] as number) * (input[i] as number);
          if (activation === ACTIVATIONS.relu) return Math.max(sum, 0);
          return activation === ACTIVATIONS.sigmoid ? 1 / (1 + Math.exp(-sum)) : sum;
        });
        const { kernels } = memory;
        const [inputAt, biasAt] = [memory.put(input), isBiased ? memory.put(bias) : 0];
        const { starts, indices, values } = nonzeros(weights, outputs, inputs);
        const [startsAt, valuesAt] = [memory.put(starts), memory.put(values)];
        const out = memory.reserve(4 * roundUp(outputs, 4));
        kernels.sparseDense(out, outputs, inputAt, startsAt, memory.put(Uint16Array.from(indices)), valuesAt, biasAt, activation, 1);
        expect(worstDifference(memory.read(out, outputs), expected)).toBeLessThan(3e-6);
        kernels.fill(out, outputs, 9);
        kernels.sparseDenseWide(out, outputs, inputAt, startsAt, memory.put(Uint32Array.from(indices)), valuesAt, biasAt, activation, 1);
        expect(worstDifference(memory.read(out, outputs), expected)).toBeLessThan(3e-6);
        kernels.fill(out, outputs, 9);
        const kernel = new Float32Array(inputs * outputs);
        for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) kernel[i * outputs + o] = weights[o * inputs + i] as number;
        kernels.dense(out, outputs, inputAt, inputs, memory.put(packDense(kernel, inputs, outputs)), biasAt, activation, 1);
        expect(worstDifference(memory.read(out, outputs), expected)).toBeLessThan(3e-6);
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  test('more inputs than 16 bits can count', async () => {
    const memory = await KernelMemory.create(variant);
    memory.clear();
    const input = numbers(1, 70_000);
    const [indices, values] = [Uint32Array.of(0, 65_535, 65_536, 69_999, 70), Float32Array.of(1, 2, 3, 4, 5)];
    const out = memory.reserve(16);
    const [inputAt, starts] = [memory.put(input), memory.put(Uint32Array.of(0, 4, 4, 5))];
    memory.kernels.sparseDenseWide(out, 3, inputAt, starts, memory.put(indices), memory.put(values), 0, 0, 1);
    const at = (i: number) => input[i] as number;
    const expected = [at(0) + 2 * at(65_535) + 3 * at(65_536) + 4 * at(69_999), 0, 5 * at(70)];
    expect(worstDifference(memory.read(out, 3), expected)).toBeLessThan(1e-6);
  });
});
