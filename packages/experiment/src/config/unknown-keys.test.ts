import { expect, test } from 'vitest';
import type { JsonSchema } from './json-schema.ts';
import { unknownKeys } from './unknown-keys.ts';

const limit: JsonSchema = { type: 'object', properties: { train: { type: 'integer' } } };
const root: JsonSchema = {
  type: 'object',
  properties: {
    limit,
    list: { type: 'array', items: limit },
    either: { anyOf: [{ type: 'number' }, limit, { type: 'object', properties: { test: {} } }] },
    open: { type: 'object', properties: {}, additionalProperties: {} },
    any: {},
    data: { $ref: '#/$defs/dataset' },
  },
  $defs: { dataset: { anyOf: [{ const: 'mnist' }, { type: 'object', properties: { mnist: { type: 'object', properties: { limit } } } }] } },
};

test.each([
  ['at the top', { limt: 1 }, [['limt']]],
  ['inside', { limit: { trian: 1, train: 2 } }, [['limit', 'trian']]],
  ['in a list', { list: [{ train: 1 }, { x: 1 }] }, [['list', 1, 'x']]],
  ['in a union: what no branch knows', { either: { train: 1, test: 1, x: 1 } }, [['either', 'x']]],
  ['inside a part’s options', { data: { mnist: { limit: { trian: 1 } } } }, [['data', 'mnist', 'limit', 'trian']]],
  ['not for the name of a part', { data: { mnst: { limit: 1 } } }, []],
  ['not where any key may be', { open: { x: { y: 1 } }, any: { x: 1 } }, []],
  ['not in values of another type', { limit: 3, list: 'x' }, []],
])('%s', (_, value, keys) => {
  expect(unknownKeys(value, root)).toEqual(keys);
});
