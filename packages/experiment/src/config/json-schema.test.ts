import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { experimentJsonSchema, type JsonSchema } from './json-schema.ts';
import { parseExperiment } from './parse-experiment.ts';
import { configFolder, VALID_CONFIG } from './testing/config-folder.ts';
import { validConfigs } from './testing/valid-configs.ts';

let schema: JsonSchema;
let accepts: (config: unknown) => boolean;
beforeAll(async () => {
  const { registry } = await parseExperiment(VALID_CONFIG, { file: join(configFolder(), 'x.yaml') });
  schema = experimentJsonSchema(registry);
  const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema);
  accepts = (config) => validate(config);
});

test('a valid config is valid, with a null where a part has no options', () => {
  expect(accepts(parse(VALID_CONFIG))).toBe(true);
  expect(accepts(parse(VALID_CONFIG.replace('data: digits', 'data: { digits: }')))).toBe(true);
  fc.assert(fc.property(validConfigs, (config) => accepts(config)));
});

test.each([
  ['an unknown key', 'sparsity: 0.9', 'sparsty: 0.9'],
  ['an unknown part', 'optimizer: adam', 'optimizer: adamm'],
  ['an unknown option', 'rounds: 4', 'round: 4'],
  ['an option out of range', 'rounds: 4', 'rounds: 0'],
  ['a part that needs options, without', 'model: { net: { hidden: [128, 64] } }', 'model: net'],
  ['a missing option', 'hidden: [128, 64]', ''],
  ['a missing part', 'data: digits\n', ''],
  ['a wrong part inside a part', 'rounds: 4', 'scorer: adam'],
  ['two parts in one', 'optimizer: adam', 'optimizer: { adam: {}, sgd: {} }'],
  ['a sparsity of 1', 'sparsity: 0.9', 'sparsity: 1'],
])('%s is not', (_, from, to) => {
  expect(accepts(parse(VALID_CONFIG.replace(from, to)))).toBe(false);
});

test('editors are told what each value and part is', () => {
  expect(schema.properties?.['seed']).toMatchObject({ description: 'Everything random follows from it.', default: 1 });
  expect(schema.properties?.['train']?.properties?.['optimizer']).toMatchObject({ $ref: '#/$defs/optimizer', default: 'adam' });
  expect(schema.$defs?.['optimizer']?.anyOf).toContainEqual({ const: 'adam', description: 'Adam; with weight decay it is AdamW.' });
});
