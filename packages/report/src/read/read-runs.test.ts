import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { recordOf, temporaryFolder, writeRuns } from '../testing/records.ts';
import { readRuns } from './read-runs.ts';

test('finds runs at any depth: of a run, of a sweep, of a folder of those; each once', async () => {
  const folder = temporaryFolder();
  writeRuns(path.join(folder, 'one', 'runs'), [recordOf({ seed: 1 }), recordOf({ seed: 2 })]);
  writeRuns(path.join(folder, 'two'), [recordOf({ seed: 3 })]);
  mkdirSync(path.join(folder, 'one', 'runs', 'run-0', 'model'));
  symlinkSync(folder, path.join(folder, 'two', 'round'));
  const seeds = async (...given: string[]) => (await readRuns(given)).runs.map(({ seed }) => seed);
  expect(await seeds(folder)).toEqual([1, 2, 3]);
  expect(await seeds(path.join(folder, 'two', 'run-0'))).toEqual([3]);
  expect(await seeds(path.join(folder, 'one', 'runs'), folder, `${folder}/two/../one`)).toEqual([1, 2, 3]);
});

test('runs of one setting share it, whatever their seed, name, control and the order of their keys', async () => {
  const folder = temporaryFolder();
  const turned = recordOf({ seed: 2, control: 'random' });
  const config = turned['config'] as Record<string, unknown>;
  writeRuns(folder, [
    recordOf({ seed: 1 }),
    { ...turned, config: Object.fromEntries(Object.entries(config).reverse()) },
    recordOf({ sparsity: 0.5 }),
  ]);
  const { runs } = await readRuns([folder]);
  expect(runs[0]?.setting).toBe(runs[1]?.setting);
  expect(runs[0]?.setting).not.toBe(runs[2]?.setting);
});

test.each([
  ['cut short', JSON.stringify(recordOf()).slice(0, 100), /it is not JSON/],
  ['empty', '', /it is not JSON/],
  ['a list', '[]', /expected object/],
  [
    'with an accuracy in percent',
    JSON.stringify({ ...recordOf(), pruned: { ...(recordOf()['pruned'] as object), accuracy: 97 } }),
    /^pruned\.accuracy: .*<=1/,
  ],
  [
    'with text for a number',
    JSON.stringify({ ...recordOf(), dense: { ...(recordOf()['dense'] as object), bytes: '4 kB' } }),
    /^dense\.bytes: .*expected number/,
  ],
  ['done, but without figures', JSON.stringify({ ...recordOf(), pruned: null }), /done, but has no "dense" or "pruned"/],
  ['of a strange status', JSON.stringify({ ...recordOf(), status: 'fine' }), /^status: /],
  ['with another seed than its experiment', JSON.stringify({ ...recordOf(), seed: 7 }), /its seed is 7, that of its experiment 1/],
])('a record that is %s is named, and the rest is used', async (_what, text, message) => {
  const folder = temporaryFolder();
  writeRuns(folder, [recordOf()]);
  mkdirSync(path.join(folder, 'damaged'));
  writeFileSync(path.join(folder, 'damaged', 'result.json'), text);
  const { runs, problems } = await readRuns([folder]);
  expect(runs).toHaveLength(1);
  expect(problems).toEqual([{ file: path.join(folder, 'damaged', 'result.json'), what: expect.stringMatching(message) }]);
});

test('a record of before the experiment stood in it is read with its experiment.yaml, or refused by name', async () => {
  const folder = temporaryFolder();
  const { config, control: _, ...old } = recordOf();
  writeRuns(folder, [old, { ...old, hash: 'b' }, { ...old, hash: 'c' }]);
  writeFileSync(path.join(folder, 'run-0', 'experiment.yaml'), `# hash: ${'a'.repeat(64)}\n${stringify(config)}`);
  writeFileSync(path.join(folder, 'run-2', 'experiment.yaml'), 'seed: [1\n');
  const { runs, problems } = await readRuns([folder]);
  expect(runs).toMatchObject([{ strategy: 'magnitude', control: null, setting: { data: 'mnist' } }]);
  expect(problems.map(({ what }) => what)).toEqual([
    'it is of an older version, which kept the experiment in experiment.yaml, and that is missing',
    expect.stringMatching(/^its experiment\.yaml cannot be read: /),
  ]);
});

test('a copy of a run counts once', async () => {
  const folder = temporaryFolder();
  writeRuns(folder, [recordOf(), recordOf()]);
  const { runs, problems } = await readRuns([folder]);
  expect(runs).toHaveLength(1);
  expect(problems[0]?.what).toMatch(/is the same run as .*run-0, and counts once/);
});

test('what is under way and what has not begun is counted; a user’s own experiment.yaml is no run', async () => {
  const folder = temporaryFolder();
  writeRuns(path.join(folder, 'runs'), [recordOf()]);
  mkdirSync(path.join(folder, 'runs', 'killed'));
  writeFileSync(path.join(folder, 'runs', 'killed', 'experiment.yaml'), `# complete\n# hash: ${'a'.repeat(64)}\nname: x\n`);
  mkdirSync(path.join(folder, 'configs'));
  writeFileSync(path.join(folder, 'configs', 'experiment.yaml'), 'name: mine\n');
  writeFileSync(
    path.join(folder, 'runs.jsonl'),
    ['run-0', 'killed', 'later', 'last'].map((name) => JSON.stringify({ folder: `runs/${name}` })).join('\n'),
  );
  const { runs, unfinished, notBegun, problems } = await readRuns([folder]);
  expect([runs.length, unfinished.length, notBegun, problems.length]).toEqual([1, 1, 2, 0]);
});

test('a folder that is not there, a file, or one without runs is refused', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'notes.txt');
  writeFileSync(file, '');
  await expect(readRuns([path.join(folder, 'none')])).rejects.toThrow('there is no such folder');
  await expect(readRuns([file])).rejects.toThrow('a folder of runs is needed, this is a file');
  await expect(readRuns([folder])).rejects.toThrow('no run that could be compared');
});
