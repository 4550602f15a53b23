import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ConfigError } from './diagnostic.ts';
import { type LoadedExperiment, type ParseOptions, parseExperiment } from './parse-experiment.ts';
import { configFolder, VALID_CONFIG } from './testing/config-folder.ts';
import { validConfigs } from './testing/valid-configs.ts';

let file: string;
let registry: LoadedExperiment['registry'];
beforeAll(async () => {
  file = join(configFolder(), 'x.yaml');
  ({ registry } = await parseExperiment(VALID_CONFIG, { file }));
});

/** Whatever a config is, it is read or refused in words that point into it. */
async function readOrRefused(text: string, options: Partial<ParseOptions> = {}): Promise<void> {
  try {
    await parseExperiment(text, { file, registry, ...options });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.diagnostics.length).toBeGreaterThan(0);
    const lines = text.split(/\r\n|[\r\n]/).length;
    for (const { message, line, column, endColumn = column + 1 } of error.diagnostics) {
      expect(message).not.toMatch(/undefined|\[object|Invalid input|NaN is missing/);
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines);
      expect(endColumn).toBeGreaterThanOrEqual(column);
    }
  }
}

test('a valid config is read', async () => {
  await fc.assert(
    fc.asyncProperty(validConfigs, async (config) => {
      await parseExperiment(JSON.stringify(config), { file, registry });
    }),
  );
});

const pieces = [
  '{',
  '}',
  '[',
  ']',
  ': ',
  '- ',
  '\n',
  '\n  ',
  '\t',
  '*a',
  '&a ',
  '!!x ',
  '"',
  "'",
  '#',
  '|',
  '>',
  '<<: ',
  '~',
  '.nan',
  '-1',
  '1e999',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ufeff',
  '…',
  '%',
  '---\n',
  '...',
];
const edits = fc.array(
  fc.record({
    at: fc.nat(VALID_CONFIG.length),
    remove: fc.nat(12),
    insert: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })),
  }),
  { minLength: 1, maxLength: 4 },
);

test('random edits of a text', async () => {
  await fc.assert(
    fc.asyncProperty(edits, async (all) => {
      await readOrRefused(all.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), VALID_CONFIG));
    }),
    { numRuns: 250 },
  );
});

test('random values at random places', async () => {
  const path = fc.constantFrom(
    'name',
    'seed',
    'plugins',
    'data',
    'data.digits',
    'model',
    'model.net',
    'model.net.hidden',
    'model.net.hidden.0',
    'train',
    'train.optimizer',
    'train.optimizer.adam',
    'train.optimizer.adam.learningRate',
    'train.earlyStop',
    'prune',
    'prune.strategy',
    'prune.strategy.magnitude',
    'prune.strategy.magnitude.scorer',
    'prune.threshold',
    'prune.parameters',
    'prune.parameters.0',
    'prune.sparsity',
    'expect',
    'expect.sparsity',
    'expect.sparsity.min',
    'constructor',
    'prune.toString',
    'a.b.c',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(path, fc.jsonValue()), { minLength: 1, maxLength: 3 }), async (sets) => {
      await readOrRefused(VALID_CONFIG, { set: sets.map(([where, value]) => `${where}=${JSON.stringify(value)}`) });
    }),
    { numRuns: 250 },
  );
});

test('random arguments', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string(), { maxLength: 3 }), async (set) => readOrRefused(VALID_CONFIG, { set })),
    { numRuns: 250 },
  );
});

test('any text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => readOrRefused(text)),
    { numRuns: 250 },
  );
});
