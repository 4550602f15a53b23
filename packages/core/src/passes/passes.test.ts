import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Passes, passes, takeRoom } from './passes.ts';
import { plain } from './plain.ts';
import { LARGEST_ROOM, type SimdPasses, simdPasses } from './simd.ts';

const simd = simdPasses() as SimdPasses;

const odd = [
  0,
  -0,
  1,
  -1,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1.4e-45,
  -1e-39,
];
const value = fc.oneof(fc.constantFrom(...odd), fc.integer({ min: -3, max: 3 }), fc.float());
/** Lengths around those of vectors; views that begin anywhere. */
const values = fc.tuple(fc.array(value, { maxLength: 150 }), fc.nat(3)).map(([list, from]) => {
  return new Float32Array(Float32Array.from([...Array(from).fill(7), ...list]).buffer, 4 * from);
});
const line = fc.oneof(fc.constantFrom(...odd), fc.float({ noNaN: true })).map(Math.fround);

/** Bits by place, as every pass reads them. */
function bitsFor(count: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: Math.ceil(count / 8) + 2 }, (_, i) => (i % 3 === 0 ? 255 : i % 3 === 1 ? 0 : (seed * (i + 1)) & 255));
}

/** The bits of floats, as NaN and −0 are told apart by nothing else. */
function bitsOf({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

/** What a pass gives and leaves behind, by plain code, by SIMD, and by SIMD in a room. */
function inAllWays<T>(given: Float32Array, pass: (by: Passes, values: Float32Array) => T): { result: T; left: string }[] {
  const once = (by: Passes, own: Float32Array) => ({ result: pass(by, own), left: bitsOf(own) });
  const room = simd.takeRoom(given.length);
  room.values.set(given);
  const ways = [once(plain, given.slice()), once(simd, given.slice()), once(simd, room.values)];
  room.release();
  return ways;
}

function expectSame<T>(given: Float32Array, pass: (by: Passes, values: Float32Array) => T): void {
  const [expected, ...others] = inAllWays(given, pass);
  for (const other of others) expect(other).toEqual(expected);
}

test('this engine has SIMD', () => {
  expect(simd).not.toBeNull();
  expect(passes(1000)).toBe(passes(100_000));
  expect(passes(1000)).not.toBe(plain);
  expect(passes(3)).toBe(plain);
});

describe('by SIMD as by plain code', () => {
  test('sizes, squares and what is not finite', () => {
    fc.assert(
      fc.property(values, (given) => {
        expectSame(given, (by, own) => by.absolute(own));
        expectSame(given, (by, own) => by.isFinite(own));
        const numbers = given.filter((each) => !Number.isNaN(each));
        expectSame(numbers, (by, own) => by.square(own));
      }),
      { numRuns: 300 },
    );
  });

  test('what lies in a band and below it, whatever room there is for it', () => {
    fc.assert(
      fc.property(values, line, line, fc.nat(40), (given, a, b, capacity) => {
        expectSame(given, (by, own) => {
          const inside = new Float32Array(capacity);
          const from = capacity >> 2;
          return { ...by.band(own, Math.min(a, b), Math.max(a, b), inside, from), inside: bitsOf(inside) };
        });
      }),
      { numRuns: 300 },
    );
  });

  test('masks above a line, and how many equal it', () => {
    fc.assert(
      fc.property(values, line, (given, by) => {
        expectSame(given, (with_, own) => {
          const bytes = new Uint8Array(Math.ceil(own.length / 8) + 2).fill(170);
          with_.above(own, by, bytes, 1);
          return { bytes, equal: with_.countEqual(own, by) };
        });
      }),
      { numRuns: 300 },
    );
  });

  test('digits of the keys that scores are ordered by', () => {
    fc.assert(
      fc.property(values, fc.nat(1), (given, high) => {
        const numbers = given.filter((each) => !Number.isNaN(each));
        expectSame(numbers, (by, own) => {
          const counts = [16, 11].map((width) => new Uint32Array(1 << width).fill(high)) as [Uint32Array, Uint32Array];
          by.countDigit(own, { shift: 16, width: 16 }, 0, counts[0]);
          const known = counts[0].findIndex((count) => count > high) >>> 5;
          by.countDigit(own, { shift: 10, width: 11 }, known, counts[1]);
          const ranks = [0, own.length >> 1, own.length * 70_000].map((rank) => by.reach(counts[1], rank));
          return [ranks, counts.map((each) => bitsOf(new Uint8Array(each.buffer)))];
        });
      }),
      { numRuns: 100 },
    );
  });

  test('what masks do to scores and weights, and masks as numbers', () => {
    fc.assert(
      fc.property(values, fc.nat(255), (given, seed) => {
        const bytes = bitsFor(given.length, seed);
        expectSame(given, (by, own) => by.sink(own, bytes, 1));
        expectSame(given, (by, own) => by.zero(own, bytes, 1));
        expectSame(given, (by, own) => {
          const [floats, small] = [new Float32Array(own.length), new Uint8Array(own.length)];
          by.spread(bytes, floats);
          by.spread(bytes, small);
          const both = bytes.slice(1);
          by.and(both, bytes);
          return { floats, small, both, ones: by.countOnes(bytes.subarray(1)) };
        });
      }),
      { numRuns: 300 },
    );
  });

  test('over more than is copied at a time, and in a room that is full', () => {
    const given = Float32Array.from({ length: LARGEST_ROOM }, (_, i) => Math.sin(i * i));
    const bytes = bitsFor(given.length, 77);
    expectSame(given, (by, own) => {
      const inside = new Float32Array(own.length);
      const found = by.band(own, -2, 2, inside, 0);
      by.sink(own, bytes, 0);
      const mask = new Uint8Array(bytes.length);
      by.above(own, 0.5, mask, 0);
      by.zero(own, mask, 0);
      by.absolute(own);
      const floats = new Float32Array(own.length);
      by.spread(mask, floats);
      return {
        found,
        bits: [inside, mask, floats].map(bitsOf),
        ones: by.countOnes(mask),
        equal: by.countEqual(own, 0),
        isFinite: by.isFinite(own),
      };
    });
  });
});

test('a room is of the next only when it is let go', () => {
  const [first, second] = [takeRoom(4), takeRoom(4)];
  first.values.fill(1);
  second.values.fill(2);
  expect([...first.values, ...second.values]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  first.release();
  const third = takeRoom(8);
  third.values.fill(3);
  expect([...second.values]).toEqual([2, 2, 2, 2]);
  second.release();
  third.release();
});

test('where there is no WebAssembly, plain code runs', async () => {
  const program = `
    const { passes, takeRoom } = await import(${JSON.stringify(new URL('../../dist/passes/passes.js', import.meta.url).href)});
    const scores = takeRoom(5000).values.map((_, i) => Math.sin(i * i));
    const bytes = new Uint8Array(625);
    passes(5000).above(scores, 0.25, bytes, 0);
    console.log(typeof WebAssembly, Buffer.from(bytes).toString('base64'));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--jitless', '--input-type=module', '-e', program]);
  const bytes = new Uint8Array(625);
  simd.above(
    Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i * i)),
    0.25,
    bytes,
    0,
  );
  expect(stdout).toBe(`undefined ${Buffer.from(bytes).toString('base64')}\n`);
});

test('the binary is what assembly/ gives', async () => {
  // @ts-expect-error a script of the build has no types.
  const { binarySource } = (await import('../../build-passes.mjs')) as { binarySource: () => Promise<string> };
  expect(await readFile(new URL('./binary.ts', import.meta.url), 'utf8')).toBe(await binarySource());
}, 60_000);
