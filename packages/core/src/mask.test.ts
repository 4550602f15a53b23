import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Mask } from './mask.ts';
import { useCpu } from './testing/make.ts';

beforeAll(useCpu);

/** The independent version: an array of booleans. */
const bools = fc.array(fc.boolean(), { maxLength: 70 });
const maskOf = (kept: readonly boolean[]): Mask => Mask.of(kept.map(Number));

describe('a mask says the same as a list of booleans', () => {
  test('which elements are kept, and how many', () => {
    fc.assert(
      fc.property(bools, (kept) => {
        const mask = maskOf(kept);
        const count = kept.filter(Boolean).length;
        expect(kept.map((_, i) => mask.keeps(i))).toEqual(kept);
        expect([mask.size, mask.kept, mask.pruned]).toEqual([kept.length, count, kept.length - count]);
        expect(mask.sparsity).toBe(kept.length === 0 ? 0 : (kept.length - count) / kept.length);
        expect([...mask.toFloat32()]).toEqual(kept.map(Number));
      }),
    );
  });

  test('after any sequence of keep and prune', () => {
    fc.assert(
      fc.property(bools, fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 50 }), (kept, changes) => {
        if (kept.length === 0) return;
        const mask = maskOf(kept);
        const before = mask.clone();
        const expected = [...kept];
        for (const [at, value] of changes) {
          const index = at % kept.length;
          if (value) mask.keep(index);
          else mask.prune(index);
          expected[index] = value;
        }
        expect([...mask.toFloat32()]).toEqual(expected.map(Number));
        expect([...before.toFloat32()]).toEqual(kept.map(Number));
      }),
    );
  });

  test('equality and inclusion', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 70 }), (pairs) => {
        const a = maskOf(pairs.map(([left]) => left));
        const b = maskOf(pairs.map(([, right]) => right));
        expect(a.equals(b)).toBe(pairs.every(([left, right]) => left === right));
        expect(a.isWithin(b)).toBe(pairs.every(([left, right]) => !left || right));
      }),
    );
  });

  test('there and back through bytes', () => {
    fc.assert(
      fc.property(bools, (kept) => {
        const mask = maskOf(kept);
        expect(Mask.fromBytes(kept.length, mask.bytes).equals(mask)).toBe(true);
      }),
    );
  });
});

test('bit i % 8 of byte i / 8 is element i', () => {
  expect([...Mask.of([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]).bytes]).toEqual([0b1, 0b10]);
});

test('full keeps all, empty keeps nothing, and unused bits are zero in both', () => {
  expect([...Mask.full(10).bytes]).toEqual([255, 0b11]);
  expect([Mask.full(10).kept, Mask.full(16).kept, Mask.full(0).kept]).toEqual([10, 16, 0]);
  expect([Mask.empty(10).kept, Mask.empty(10).sparsity]).toEqual([0, 1]);
  expect(Mask.full(0).sparsity).toBe(0);
});

test('a mask of other bytes is refused: too few, too many, or with padding bits set', () => {
  expect(() => Mask.fromBytes(10, Uint8Array.of(255))).toThrow('a mask of 10 elements takes 2 bytes');
  expect(() => Mask.fromBytes(10, Uint8Array.of(255, 3, 0))).toThrow(RangeError);
  expect(() => Mask.fromBytes(10, Uint8Array.of(255, 0b111))).toThrow('unused bits zero');
  expect(Mask.fromBytes(10, Uint8Array.of(255, 0b11)).kept).toBe(10);
});

test('the bytes that it is made from may be written to afterwards', () => {
  const bytes = Uint8Array.of(1);
  const mask = Mask.fromBytes(3, bytes);
  bytes[0] = 0;
  expect(mask.kept).toBe(1);
});

test('masks of different sizes are neither equal nor within each other', () => {
  expect(Mask.full(3).equals(Mask.full(4))).toBe(false);
  expect(Mask.empty(3).isWithin(Mask.full(4))).toBe(false);
});

test('as a tensor it has the shape of the weights', () => {
  const tensor = Mask.of([1, 0, 0, 1, 1, 0]).toTensor([2, 3]);
  expect(tensor.dtype).toBe('float32');
  expect(tensor.arraySync()).toEqual([
    [1, 0, 0],
    [1, 1, 0],
  ]);
  tensor.dispose();
});
