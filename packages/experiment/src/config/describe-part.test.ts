import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeParts } from './describe-part.ts';
import { parseExperiment } from './parse-experiment.ts';
import { configFolder, VALID_CONFIG } from './testing/config-folder.ts';

const { registry } = await parseExperiment(VALID_CONFIG, { file: join(configFolder(), 'x.yaml') });
const parts = describeParts(registry);
const find = (kind: string, name: string) => parts.find((part) => part.kind === kind && part.name === name);

test('a part with its options in words', () => {
  expect(find('strategy', 'magnitude')).toEqual({
    kind: 'strategy',
    name: 'magnitude',
    plugin: '@espalier/strategy-magnitude',
    description: 'Cut the smallest weights, then train: one-shot, or in rounds.',
    options: [
      {
        name: 'scorer',
        type: 'a scorer as "name" or "name: {options}"',
        required: false,
        default: 'magnitude',
        description: 'What decides which weights go.',
      },
      {
        name: 'rounds',
        type: 'a whole number from 1 to 1000',
        required: false,
        default: 1,
        description: expect.stringContaining('1 is one-shot'),
      },
    ],
  });
});

test('what is required, and what is one of a few', () => {
  expect(find('model', 'net')?.options).toEqual([
    {
      name: 'hidden',
      type: 'a list, each a whole number of 1 or more, with at least 1',
      required: true,
      default: undefined,
      description: 'Units.',
    },
    { name: 'task', type: '"small" or "large"', required: false, default: 'small', description: undefined },
    { name: 'drop', type: 'a mapping with the key rate', required: false, default: undefined, description: undefined },
  ]);
});

test('a learning rate may be a number', () => {
  expect(find('optimizer', 'adam')?.options[0]).toMatchObject({
    name: 'learningRate',
    type: 'a number or a learning rate as "name" or "name: {options}"',
    default: 0.001,
  });
});

test('a part without options', () => {
  expect(find('threshold', 'global')).toMatchObject({ plugin: '@espalier/core', options: [] });
});

test('every registered part is described', () => {
  expect(parts).toHaveLength(registry.list().length);
  for (const { kind, name, description } of parts)
    if (name !== 'digits' && name !== 'net') expect(description, `${kind} ${name}`).toBeTruthy();
});
