import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { CONV_BLOCK, DENSE_BLOCK, pack, scan, sparseRows, type Weights } from '../kernels/pack.ts';
import { numbers } from '../testing/kernel-memory.ts';
import { Packer } from './packer.ts';

const SEED = { seed: 11, numRuns: 200 };
const packer = new Packer();

/** Weights of `taps` taps, whose places may be anywhere and in any order, as those of a turned convolution are. */
const weights = fc
  .record({
    taps: fc.integer({ min: 1, max: 70 }),
    outputs: fc.integer({ min: 1, max: 37 }),
    density: fc.constantFrom(0, 0.1, 0.5, 1),
    isTurned: fc.boolean(),
    start: fc.integer({ min: 0, max: 9 }),
    step: fc.constantFrom(1, 1, 1, 3),
    seed: fc.nat(999),
  })
  .map(({ taps, outputs, density, isTurned, start, step, seed }): Weights & { count: number } => {
    const values = numbers(seed, start + taps * outputs * step, density);
    // What is zero by value is left out, whatever its sign; the smallest numbers are none.
    values.forEach((value, i) => {
      if (value === 0 && i % 3 === 0) values[i] = -0;
      if (value !== 0 && i % 5 === 0) values[i] = i % 2 === 0 ? 1e-45 : -1e-40;
    });
    const places = Uint32Array.from({ length: taps }, (_, tap) => start + (isTurned ? taps - 1 - tap : tap) * outputs * step);
    let count = 0;
    for (const place of places) for (let o = 0; o < outputs; o++) count += Number(values[place + o * step] !== 0);
    return { values, places, outputs, step, count };
  });

describe('what goes through WebAssembly is what JavaScript gives', () => {
  test('it is WebAssembly here', () => {
    expect(Reflect.get(packer, 'exports')).toBeDefined();
  });

  test('the weights that are not zero, in blocks of taps and with other numbers for them', () => {
    fc.assert(
      fc.property(
        weights,
        fc.integer({ min: 1, max: 80 }),
        fc.boolean(),
        fc.boolean(),
        ({ count, ...each }, block, isBlocked, isRenumbered) => {
          const tapAt = Uint32Array.from({ length: each.places.length }, (_, tap) => 3 * tap + 1);
          const options = { ...(isBlocked ? { block } : {}), ...(isRenumbered ? { tapAt, most: 3 * tapAt.length + 1 } : {}) };
          expect(packer.sparseRows(each, count, options)).toEqual(sparseRows(each, count, options));
        },
      ),
      SEED,
    );
  });

  test('all weights, in blocks of outputs', () => {
    fc.assert(
      fc.property(weights, fc.constantFrom(CONV_BLOCK, DENSE_BLOCK), (each, block) => {
        expect(packer.pack(each, block)).toEqual(pack(each, block));
      }),
      SEED,
    );
  });

  test('how many are not zero, and whether one is no number, wherever it is', () => {
    const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.4e38, -0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9000 }), fc.nat(999), fc.option(bad), fc.nat(8999), (count, seed, value, at) => {
        const values = numbers(seed, count, 0.4);
        if (value !== null && at < count) values[at] = value;
        const found = packer.scan(values);
        expect(found).toEqual(scan(values));
        expect(found.isFinite).toBe(values.every(Number.isFinite));
        if (found.isFinite) expect(found.nonzero).toBe(values.filter((each) => each !== 0).length);
      }),
      SEED,
    );
  });

  test('more taps than indices of two bytes tell apart', () => {
    const taps = 65_540;
    const values = numbers(3, taps * 2, 0.01);
    const each = { values, places: Uint32Array.from({ length: taps }, (_, tap) => 2 * tap), outputs: 2, step: 1 };
    const { nonzero } = packer.scan(values);
    const rows = packer.sparseRows(each, nonzero);
    expect(rows.indices).toBeInstanceOf(Uint32Array);
    expect(rows).toEqual(sparseRows(each, nonzero));
  });
});

test('where WebAssembly is forbidden, JavaScript does it', async () => {
  vi.resetModules();
  const forbidden = vi.spyOn(WebAssembly, 'Module').mockImplementation(
    class {
      constructor() {
        throw new WebAssembly.CompileError("blocked by 'unsafe-eval'");
      }
    } as never,
  );
  const { Packer: Fresh } = await import('./packer.ts');
  const plain = new Fresh();
  expect(forbidden).toHaveBeenCalled();
  forbidden.mockRestore();
  const each = { values: Float32Array.of(0, 1, 2, 0, 0, 3), places: Uint32Array.of(0, 2, 4), outputs: 2, step: 1 };
  expect(plain.scan(each.values)).toEqual({ nonzero: 3, isFinite: true });
  // By hand: output 0 has 0, 2, 0 and output 1 has 1, 0, 3.
  expect(plain.sparseRows(each, 3)).toEqual({
    starts: Uint32Array.of(0, 1, 3),
    indices: Uint16Array.of(1, 0, 2),
    values: Float32Array.of(2, 1, 3),
  });
});
