import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { type Comparison, compare } from '../compare/compare.ts';
import { readRuns } from '../read/read-runs.ts';
import { recordOf, temporaryFolder, writeRuns } from '../testing/records.ts';
import { chooseSetting } from './choose-setting.ts';
import { exportRuns } from './export-runs.ts';
import { narrow } from './narrow.ts';
import { literal } from './table.ts';

/** gradual and magnitude at 0.5 and 0.9, two seeds each; a seed of gradual at 0.9 drops by 0.6 points, the other by 0.2. */
async function comparison(folder = temporaryFolder()): Promise<Comparison> {
  const runs = [0.5, 0.9].flatMap((sparsity) =>
    [1, 2].flatMap((seed) => [
      recordOf({ strategy: 'gradual', sparsity, seed, accuracy: sparsity === 0.5 ? 0.98 : seed === 1 ? 0.974 : 0.978 }),
      recordOf({ strategy: 'magnitude', sparsity, seed, accuracy: sparsity === 0.5 ? 0.979 : 0.95 }),
    ]),
  );
  writeRuns(folder, runs);
  return compare(await readRuns([folder]));
}

const named = ({ rows }: Comparison) => rows.map(({ series, context }) => `${series} ${context}`);

test.each([
  ['accuracyDrop <= 0.005', ['gradual sparsity 0.5', 'magnitude sparsity 0.5', 'gradual sparsity 0.9']],
  ["strategy = 'gradual' and sparsity > 0.8", ['gradual sparsity 0.9']],
  ['prune.sparsity == 0.9', ['gradual sparsity 0.9', 'magnitude sparsity 0.9']],
  ['bytes < denseBytes / 2 or "prune.strategy" in (\'magnitude\')', named],
  ['SEEDS >= 2 and magnitude.rounds = 1', ['magnitude sparsity 0.5', 'magnitude sparsity 0.9']],
  ['accuracy > 0.975 -- of those at 0.5', ['gradual sparsity 0.5', 'magnitude sparsity 0.5', 'gradual sparsity 0.9']],
])('where %s', async (expression, expected) => {
  const all = await comparison();
  const names = typeof expected === 'function' ? ['magnitude sparsity 0.5', 'gradual sparsity 0.9', 'magnitude sparsity 0.9'] : expected;
  expect(named(await narrow(all, expression))).toEqual(names);
});

test.each([
  ['acuracy > 0.9', /no run has the field "acuracy". Did you mean "accuracy"\?/],
  ['accuracy > 2', /^--where: no setting of 4 holds "accuracy > 2"/],
  [' ', /^--where: the expression is empty/],
  ['accuracy >', /^--where: syntax error at or near/],
  ['true); DROP TABLE settings; SELECT (true', /one expression is needed/],
  ["exists (select * from read_text('/etc/hostname'))", /--where: .*disabled/],
  ["getenv('HOME') = ''", /--where: /],
  ["strategy > 'a' and nosuch(strategy)", /^--where: Scalar Function with name nosuch does not exist/],
])('%s is refused', async (expression, message) => {
  await expect(narrow(await comparison(), expression)).rejects.toThrow(message);
});

test('the setting to take: the least bytes of those that hold, with the command for it', async () => {
  const folder = temporaryFolder();
  const expression = 'accuracyDrop <= 0.005';
  const held = await narrow(await comparison(folder), expression);
  const choice = await chooseSetting(held, { goal: 'bytes', direction: 'minimize', where: expression });
  expect(held.rows.find(({ id }) => id === choice.row)).toMatchObject({ series: 'gradual', context: 'sparsity 0.9' });
  expect(choice.holdsIn).toBe(1);
  expect(choice.set).toEqual(expect.arrayContaining(['prune.strategy=gradual', 'prune.sparsity=0.9']));
  expect(choice.command).toBe(`espalier run ${choice.run.folder}/experiment.yaml --out gradual-0.9-2-own-again`);
  expect((await chooseSetting(held, { goal: 'Accuracy', direction: 'maximize' })).goal).toBe('accuracy');
});

test('a goal that is none, or that nothing reaches, is refused', async () => {
  const all = await comparison();
  await expect(chooseSetting(all, { goal: 'size', direction: 'minimize' })).rejects.toThrow('--minimize: no run has the field "size"');
  await expect(chooseSetting(all, { goal: 'shrunkBytes', direction: 'minimize' })).rejects.toThrow('no setting has "shrunkBytes"');
  const question = { goal: 'shrunkBytes', direction: 'minimize', where: 'accuracy > 0' } as const;
  await expect(chooseSetting(all, question)).rejects.toThrow('no setting holds "accuracy > 0" and has "shrunkBytes"');
});

test('a narrowed comparison counts its own runs, and its leader is compared anew', async () => {
  const held = await narrow(await comparison(), "sparsity = 0.9 and strategy = 'magnitude'");
  expect(held.counts.measured).toBe(2);
  expect(held.rankings).toEqual([
    { context: 'sparsity 0.9', places: [expect.objectContaining({ series: 'magnitude', behind: undefined })] },
  ]);
});

test('a mean over several settings has no command', async () => {
  const folder = temporaryFolder();
  await comparison(folder);
  const by = compare(await readRuns([folder]), { by: ['strategy'] });
  const choice = await chooseSetting(by, { goal: 'bytes', direction: 'minimize' });
  expect(choice).toMatchObject({ settings: 2, set: [expect.stringMatching(/^prune\.strategy=/)] });
  expect(choice.command).toBeUndefined();
});

test('writes a row per run as CSV and Parquet; names are data', async () => {
  const folder = temporaryFolder();
  const name = `x'); DROP TABLE runs; --","<script>`;
  writeRuns(folder, [recordOf({ name, options: { 'o"dd': 1 } }), recordOf({ name: 'b', options: { 'o"dd': 2 } })]);
  const all = compare(await readRuns([folder]));
  const [csv, parquet] = [path.join(folder, "it's.csv"), path.join(folder, "it's.parquet")];
  await exportRuns(all, csv, 'csv');
  await exportRuns(all, parquet, 'parquet');
  expect(readFileSync(csv, 'utf8').split('\n')[0]).toContain(
    'folder,experiment,hash,seed,strategy,control,status,"prune.strategy.magnitude.o""dd",accuracy,',
  );
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const file of [csv, parquet]) {
    const answer = await connection.runAndReadAll(`SELECT experiment, accuracy FROM ${literal(file)}`);
    expect(answer.getRows()).toEqual([
      [name, 0.97],
      ['b', 0.97],
    ]);
  }
  connection.closeSync();
  await expect(exportRuns(all, path.join(folder, 'none', 'x.csv'), 'csv')).rejects.toThrow('cannot be written');
});
