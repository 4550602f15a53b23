import { EspalierError } from '@espalier/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageOf } from '../testing/files.ts';
import { floatNpy, npyBytes, npyHeader } from '../testing/npy-bytes.ts';
import { decoded, numpyArrays } from '../testing/numpy/arrays.ts';
import { type NumberArray, parseNpy } from './parse-npy.ts';

describe('what NumPy writes', () => {
  test.each(numpyArrays.matrices)('$name, $order order', ({ name, base64 }) => {
    const { shape, data } = parseNpy(decoded(base64), 'x.npy');
    expect(shape).toEqual([2, 3]);
    expect([...data]).toEqual(name === '|b1' ? [1, 1, 1, 1, 1, 1] : [1, 2, 3, 4, 5, 6]);
  });

  test('three dimensions in Fortran order', () => {
    const { shape, data } = parseNpy(decoded(numpyArrays.fortran3d), 'x.npy');
    expect(shape).toEqual([2, 3, 4]);
    expect([...data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  test.each([
    [
      'objects',
      `x.npy: holds values of the type '|O': Python objects are not loaded. Convert the array to numbers with .astype before it is saved`,
    ],
    ['records', `x.npy: holds values of the type [('a', '<i4'), ('b', '<f4')]: known are b1, u1`],
    ['texts', `x.npy: holds values of the type '<U3': known are b1, u1`],
  ] as const)('%s are refused', async (name, message) => {
    expect(await messageOf(() => parseNpy(decoded(numpyArrays[name]), 'x.npy'))).toContain(message);
  });
});

test('half-precision numbers of every kind', () => {
  const bits = [0x0000, 0x8000, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x0400, 0x0001, 0x7c00, 0xfc00, 0x7e00];
  const { data } = parseNpy(npyBytes(npyHeader('<f2', [bits.length]), new Uint8Array(Uint16Array.from(bits).buffer)), 'x.npy');
  const smallest = 2 ** -24;
  expect([...data]).toEqual([
    0,
    -0,
    1,
    -2,
    0.333251953125,
    65504,
    2 ** -14,
    smallest,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ]);
});

test('native values are a view of the file, not a copy', () => {
  const bytes = floatNpy([1, 2, 3]);
  expect(parseNpy(bytes, 'x.npy').data.buffer).toBe(bytes.buffer);
});

describe('what is no whole NPY file', () => {
  const good = floatNpy([1, 2, 3]);
  test.each<[string, Uint8Array<ArrayBuffer>, string]>([
    ['nothing', new Uint8Array(), 'x.npy: is cut short: it does not start with \\x93NUMPY. Write it with np.save'],
    [
      'another format',
      Uint8Array.from(Buffer.from('PK\x03\x04 a zip archive')),
      'x.npy: is not an NPY file: it does not start with \\x93NUMPY',
    ],
    ['half a header', good.slice(0, 40), 'x.npy: is cut short: it ends within its header'],
    [
      'a version of the future',
      npyBytes(npyHeader('<f4', [1]), new Uint8Array(4), 9),
      'x.npy: is NPY version 9: versions 1 to 3 are known',
    ],
    ['one byte too few', good.slice(0, -1), 'x.npy: is cut short: [3] of f4 takes 140 bytes, there are 139'],
    ['one byte too many', Uint8Array.from([...good, 0]), 'x.npy: is longer than its header says: [3] of f4 takes 140 bytes, there are 141'],
    [
      'a shape larger than the file',
      npyBytes(npyHeader('<f4', [60_000, 28, 28])),
      'x.npy: is cut short: [60000, 28, 28] of f4 takes 188160128 bytes',
    ],
    ['an absurd shape', npyBytes(npyHeader('<f4', [2 ** 40, 2 ** 40])), 'x.npy: claims the absurd shape [1099511627776, 1099511627776]'],
    ['an absurd shape that is empty', npyBytes(npyHeader('<f4', [2 ** 40, 0, 2 ** 40])), 'x.npy: claims the absurd shape'],
    ['a negative length', npyBytes(npyHeader('<f4', [-3])), "x.npy: has a header that cannot be read: {'descr'"],
    [
      'a header that is code',
      npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'x': __import__('os')}"),
      'x.npy: has a header that cannot be read',
    ],
    ['an unknown type', npyBytes(npyHeader('<c8', [1]), new Uint8Array(8)), `x.npy: holds values of the type '<c8': known are`],
    ['the name of a method as type', npyBytes(npyHeader('valueOf', [1])), `x.npy: holds values of the type 'valueOf'`],
  ])('%s', async (_, bytes, message) => {
    expect(await messageOf(() => parseNpy(bytes, 'x.npy'))).toContain(message);
  });

  test('a 64-bit number that a double does not hold', async () => {
    const bytes = npyBytes(npyHeader('<i8', [2]), new Uint8Array(BigInt64Array.of(1n, 2n ** 60n).buffer));
    expect(await messageOf(() => parseNpy(bytes, 'x.npy'))).toBe('x.npy: value 1 is 1152921504606846976, too large to be read exactly');
  });
});

describe('properties', () => {
  const kinds: Record<
    string,
    { values: fc.Arbitrary<number>; write: (view: DataView, offset: number, value: number, isLittle: boolean) => void; bytes: number }
  > = {
    u1: { bytes: 1, values: fc.integer({ min: 0, max: 255 }), write: (view, offset, value) => view.setUint8(offset, value) },
    i1: { bytes: 1, values: fc.integer({ min: -128, max: 127 }), write: (view, offset, value) => view.setInt8(offset, value) },
    b1: { bytes: 1, values: fc.integer({ min: 0, max: 1 }), write: (view, offset, value) => view.setUint8(offset, value) },
    u2: {
      bytes: 2,
      values: fc.integer({ min: 0, max: 65_535 }),
      write: (view, offset, value, isLittle) => view.setUint16(offset, value, isLittle),
    },
    i2: {
      bytes: 2,
      values: fc.integer({ min: -32_768, max: 32_767 }),
      write: (view, offset, value, isLittle) => view.setInt16(offset, value, isLittle),
    },
    u4: { bytes: 4, values: fc.nat(), write: (view, offset, value, isLittle) => view.setUint32(offset, value, isLittle) },
    i4: { bytes: 4, values: fc.integer(), write: (view, offset, value, isLittle) => view.setInt32(offset, value, isLittle) },
    i8: {
      bytes: 8,
      values: fc.maxSafeInteger(),
      write: (view, offset, value, isLittle) => view.setBigInt64(offset, BigInt(value), isLittle),
    },
    f4: { bytes: 4, values: fc.float(), write: (view, offset, value, isLittle) => view.setFloat32(offset, value, isLittle) },
    f8: { bytes: 8, values: fc.double(), write: (view, offset, value, isLittle) => view.setFloat64(offset, value, isLittle) },
  };
  const file = fc
    .record({
      kind: fc.constantFrom(...Object.keys(kinds)),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      isLittle: fc.boolean(),
      isFortran: fc.boolean(),
      version: fc.constantFrom(1, 2, 3),
    })
    .chain((form) => {
      const count = form.shape.reduce((product, length) => product * length, 1);
      const { values } = kinds[form.kind] as (typeof kinds)[string];
      return fc.record({ form: fc.constant(form), values: fc.array(values, { minLength: count, maxLength: count }) });
    })
    .map(({ form, values }) => {
      const { bytes, write } = kinds[form.kind] as (typeof kinds)[string];
      const content = new Uint8Array(values.length * bytes);
      const view = new DataView(content.buffer);
      const order = form.isFortran ? fortranPositions(form.shape) : values.map((_, i) => i);
      for (const [to, from] of order.entries()) write(view, to * bytes, values[from] as number, form.isLittle);
      const descr = `${bytes === 1 ? '|' : form.isLittle ? '<' : '>'}${form.kind}`;
      return { form, values, bytes: npyBytes(npyHeader(descr, form.shape, form.isFortran), content, form.version) };
    });

  test('what is written is read again', () => {
    fc.assert(
      fc.property(file, ({ form, values, bytes }) => {
        const array = parseNpy(bytes, 'x.npy');
        expect(array.shape).toEqual(form.shape);
        expect(array.type).toBe(form.kind);
        expect([...(array.data as NumberArray)]).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });

  test('whatever is done to a file, it is read or refused with words', () => {
    const damage = fc.array(fc.record({ at: fc.nat({ max: 160 }), byte: fc.integer({ min: 0, max: 255 }) }), {
      minLength: 1,
      maxLength: 8,
    });
    const cut = fc.option(fc.nat({ max: 200 }));
    fc.assert(
      fc.property(file, damage, cut, ({ bytes }, places, length) => {
        const broken = bytes.slice(0, length ?? bytes.length);
        for (const { at, byte } of places) if (at < broken.length) broken[at] = byte;
        try {
          parseNpy(broken, 'x.npy');
        } catch (error) {
          expect(error).toBeInstanceOf(EspalierError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('any bytes after the magic are read or refused with words', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        expect(() => parseNpy(Uint8Array.from([0x93, ...Buffer.from('NUMPY'), ...tail]), 'x.npy')).toThrow(EspalierError);
      }),
    );
  });
});

/** Where the values of an array, its last index fastest, stand one after another when the first index is fastest. */
function fortranPositions(shape: readonly number[]): number[] {
  let indices: number[][] = [[]];
  for (const length of [...shape].reverse()) {
    indices = indices.flatMap((rest) => Array.from({ length }, (_, i) => [i, ...rest]));
  }
  return indices.map((index) => index.reduce((position, i, axis) => position * (shape[axis] as number) + i, 0));
}
