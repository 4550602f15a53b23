import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseExperiment } from '../config/parse-experiment.ts';
import { configFolder, VALID_CONFIG } from '../config/testing/config-folder.ts';
import { sweepJsonSchema } from './sweep-schema.ts';

let accepts: (config: unknown) => boolean;
beforeAll(async () => {
  const { registry } = await parseExperiment(VALID_CONFIG, { file: join(configFolder(), 'x.yaml') });
  const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(sweepJsonSchema(registry));
  accepts = (config) => validate(config);
});

test.each([
  ['base: x.yaml\nvary: { seed: [1, 2], prune.strategy: [magnitude, { magnitude: { rounds: 2 } }] }', true],
  ['base: x.yaml\nvary: { list: { a: { prune.sparsity: 0.5 }, b: {} }, zip: { train.epochs: [1, 2] } }', true],
  ['base: x.yaml\nvary: { random: { count: 3, draw: { prune.sparsity: { uniform: { min: 0, max: 0.9 } } } } }', true],
  ['base: x.yaml\nvary: { seed: [1], except: [{ seed: 1 }, { list: a }] }', true],
  ['base: { name: x, prune: { epochs: 3 } }\nvary: { seed: [1, 2] }', true],
  ['base: x.yaml', false],
  ['vary: { seed: [1] }', false],
  ['base: x.yaml\nvary: { seed: 1 }', false],
  ['base: x.yaml\nvary: { seed: [one] }', false],
  ['base: x.yaml\nvary: { prune.strategy: [magnitde] }', false],
  ['base: { nme: x }\nvary: { seed: [1, 2] }', false],
  ['base: x.yaml\nvary: { list: { a: { prune.sparsity: 2 } } }', false],
])('%s: %s', (text, isValid) => {
  expect(accepts(parse(text))).toBe(isValid);
});
