import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { Part, parsePart, part } from './part.ts';

test.each([
  ['a name', 'magnitude', new Part('scorer', 'magnitude')],
  ['a name with options', { magnitude: { norm: 'l2' } }, new Part('scorer', 'magnitude', { norm: 'l2' })],
  ['a name with nothing after its colon', { magnitude: null }, new Part('scorer', 'magnitude')],
  ['a part', new Part('scorer', 'x'), new Part('scorer', 'x')],
])('%s is a part', (_, value, expected) => {
  expect(parsePart('scorer', value)).toEqual(expected);
});

test.each([
  ['a number', 7],
  ['null', null],
  ['a list', ['magnitude']],
  ['nothing', {}],
  ['two names', { a: {}, b: {} }],
  ['options that are none', { a: 7 }],
  ['options in a list', { a: [] }],
  ['a part of another kind', new Part('threshold', 'x')],
])('%s is none', (_, value) => {
  expect(parsePart('scorer', value)).toBeUndefined();
});

test('it is written back as it was read', () => {
  const there = (config: unknown) => JSON.parse(JSON.stringify(parsePart('scorer', config)));
  expect(there('magnitude')).toBe('magnitude');
  expect(there({ blend: { of: ['a', { b: { c: 1 } }] } })).toEqual({ blend: { of: ['a', { b: { c: 1 } }] } });
});

test('an option without a default is required, one with a default is not', () => {
  expect(z.object({ scorer: part('scorer') }).safeParse({}).success).toBe(false);
  expect(z.object({ scorer: part('scorer', 'magnitude') }).parse({})).toEqual({ scorer: new Part('scorer', 'magnitude') });
  expect(z.object({ scorer: part('scorer', { a: { b: 1 } }) }).parse({})).toEqual({ scorer: new Part('scorer', 'a', { b: 1 }) });
});

test('an option is typed by its kind', () => {
  const options = z.object({ scorer: part('scorer', 'magnitude') });
  expectTypeOf<z.infer<typeof options>>().toEqualTypeOf<{ scorer: Part<'scorer'> }>();
});
