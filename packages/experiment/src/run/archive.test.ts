import { EspalierError } from '@espalier/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packArchive, unpackArchive } from './archive.ts';

const arrays = fc.oneof(fc.float32Array(), fc.int32Array(), fc.uint8Array(), fc.uint32Array()) as fc.Arbitrary<unknown>;
const { values } = fc.letrec<{ values: unknown }>((tie) => ({
  values: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.double(),
    fc.constantFrom(null, true, false, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, '$array'),
    arrays,
    fc.array(tie('values')),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$array', '$number', '$$array', '$', '__proto__')), tie('values')),
  ),
}));

const sample = { weights: { a: Float32Array.of(1, 2, 3), b: Uint8Array.of(4) }, name: 'x', loss: Number.NaN, list: [1, [2, { c: null }]] };

test('what is packed comes back: numbers that JSON has not, typed arrays anywhere, keys of its own included', () => {
  fc.assert(
    fc.property(values, (value) => {
      const back = unpackArchive(packArchive(value), 'here');
      expect(back).toStrictEqual(plain(value));
    }),
    { numRuns: 500 },
  );
});

test('an array is a copy, wherever its bytes lay', () => {
  const within = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
  const { a } = unpackArchive(packArchive({ a: within }), 'here') as { a: Float32Array };
  expect([...a]).toEqual([1, 2]);
  expect(a.byteOffset).toBe(0);
});

test('what it has no type for is refused when it is packed', () => {
  expect(() => packArchive({ a: new Float64Array(2) })).toThrow(
    'an archive holds Float32Array, Int32Array, Uint8Array, Uint32Array, and no Float64Array',
  );
});

test('says what is wrong with it, where, and what to do', () => {
  const whole = packArchive(sample);
  const altered = Uint8Array.from(whole);
  altered[altered.length - 20] = (altered[altered.length - 20] as number) ^ 1;
  expect(() => unpackArchive(altered, '/runs/x')).toThrow(
    '/runs/x: cannot be read: it is damaged: its checksum is wrong. Delete it and start again',
  );
  expect(() => unpackArchive(whole.subarray(0, whole.length - 1), 'x')).toThrow('checksum is wrong');
  expect(() => unpackArchive(whole.subarray(0, 12), 'x')).toThrow('it is no archive of this version');
  expect(() => unpackArchive(new Uint8Array(), 'x')).toThrow('it is no archive of this version');
  expect(() => unpackArchive(Buffer.from('espalier archive 9\n'.padEnd(200)), 'x')).toThrow('it is no archive of this version');
});

test('cut short at any length it is refused', () => {
  const whole = packArchive(sample);
  for (let length = 0; length < whole.length; length++) expect(() => unpackArchive(whole.subarray(0, length), 'x')).toThrow(EspalierError);
});

test('2,000 mutations: never a wrong answer', () => {
  const whole = packArchive(sample);
  const place = fc.nat(whole.length - 1);
  const mutation = fc.oneof(
    fc
      .record({ at: place, flip: fc.integer({ min: 1, max: 255 }) })
      .map(({ at, flip }) => whole.map((byte, i) => (i === at ? byte ^ flip : byte))),
    fc
      .record({ at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) })
      .map(({ at, bytes }) => Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)])),
    fc
      .record({ from: place, length: fc.integer({ min: 1, max: 64 }) })
      .map(({ from, length }) => Buffer.concat([whole.subarray(0, from), whole.subarray(from + length)])),
    fc.record({ from: place, to: place }).map(({ from, to }) => Uint8Array.from(whole).copyWithin(to, from, from + 8)),
  );
  fc.assert(
    fc.property(mutation, (bytes) => {
      if (Buffer.compare(bytes, whole) === 0) return;
      expect(() => unpackArchive(bytes, 'x')).toThrow(EspalierError);
    }),
    { numRuns: 2000 },
  );
});

/** fast-check's dictionaries may have no prototype; what is read has one. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
