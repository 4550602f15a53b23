import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder } from './testing/files.ts';
import { load } from './testing/part.ts';

async function loadModule(source: string, options?: Record<string, unknown>, seed = 1, name = 'data.ts') {
  const baseFolder = temporaryFolder();
  writeFileSync(join(baseFolder, name), source);
  return load('module', { path: name, ...(options && { options }) }, { baseFolder, seed });
}

const PART = `{ size: 2, inputs: [{ shape: [2], data: Float32Array.of(1, 2, 3, 4) }], targets: [{ shape: [], data: Int32Array.of(0, 1) }] }`;
const DATASET = `{ task: 'classification', classes: 2, train: ${PART}, test: ${PART} }`;

test('a value, from a module in TypeScript that uses ours', async () => {
  const data = await loadModule(`
    import { Random, type Dataset } from '@espalier/core';
    if (Random.of(1).next() === 2) throw new Error('unlikely');
    const data: Omit<Dataset, 'name' | 'fingerprint'> = ${DATASET};
    export default data;`);
  expect(data).toMatchObject({ name: 'data.ts', task: 'classification', classes: 2, train: { size: 2 } });
  expect(data.fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

test('a function of options and context', async () => {
  const source = `export default async (options, { seed, baseFolder }) => ({ ...${DATASET}, name: \`\${options.name} \${seed} \${baseFolder.length > 0}\` });`;
  expect((await loadModule(source, { name: 'mine' }, 7)).name).toBe('mine 7 true');
});

test('a module in JavaScript', async () => {
  expect((await loadModule(`export default ${DATASET};`, undefined, 1, 'data.mjs')).train.size).toBe(2);
  expect((await loadModule(`module.exports = ${DATASET};`, undefined, 1, 'data.cjs')).train.size).toBe(2);
});

test('the fingerprint is taken from the content, beside that of the user', async () => {
  const print = async (source: string) => (await loadModule(`export default ${source};`)).fingerprint;
  const first = await print(DATASET);
  expect(await print(DATASET)).toBe(first);
  const others = [await print(DATASET.replace('3, 4', '3, 5')), await print(`{ ...${DATASET}, fingerprint: 'v2' }`)];
  expect(new Set([first, ...others]).size).toBe(3);
});

describe('what is not a dataset', () => {
  const dataset = (change: string) => `const data = ${DATASET};\n${change}\nexport default data;`;
  test.each<[string, string, string]>([
    ['nothing', 'export const data = 1;', 'its default export is not a dataset: '],
    [
      'a number',
      'export default 7;',
      'its default export is not a dataset: Invalid input: expected object, received number. Export a Dataset of @espalier/core, or a function',
    ],
    ['a missing part', dataset('delete data.test;'), 'test: Invalid input: expected object, received undefined'],
    [
      'plain arrays',
      dataset('data.train.inputs[0].data = [1, 2, 3, 4];'),
      'train.inputs.0.data: expected a Float32Array, an Int32Array or a Uint8Array',
    ],
    ['another task', dataset('data.task = "clustering";'), 'task: Invalid option: expected one of "classification"|"regression"'],
    ['a wrong size', dataset('data.train.size = 3;'), 'train input: holds 4 values: 3 samples of [2] are 6'],
    [
      'a label outside the classes',
      dataset('data.test.targets[0].data[0] = 5;'),
      'test target: the label of sample 0 is 5, outside of the 2 classes 0 to 1',
    ],
    ['NaN', dataset('data.train.inputs[0].data[2] = NaN;'), 'train input, sample 1: value 0 is NaN'],
    ['a function that throws', 'export default () => { throw new Error("no such table"); };', 'its function failed: no such table'],
    ['a function that is late', 'export default async () => { throw new Error("gone"); };', 'its function failed: gone'],
    ['a module that throws', 'throw new Error("boom");', 'cannot be loaded: boom'],
    ['a module that is none', 'export default {', 'cannot be loaded: '],
  ])('%s', async (_, source, message) => {
    const found = await messageOf(loadModule(source));
    expect(found).toMatch(/^\/.*data\.ts[:,]/);
    expect(found).toContain(message);
  });

  test('a missing file', async () => {
    expect(await messageOf(load('module', { path: 'nowhere.ts' }, { baseFolder: '/' }))).toBe(
      '/nowhere.ts: there is no such file or folder. Paths in a config start at the folder of its file',
    );
  });
});
