import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RunResult } from './result.ts';
import { RUN_FILES, RunFolder, readResult } from './run-folder.ts';
import { lockInChild, messageOf, temporaryFolder } from './testing/experiments.ts';

const HASH = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const measurement = { accuracy: 1, loss: 0, trainAccuracy: 1, parameters: 1, nonzero: 1, bytes: 4, macs: 1, latencyMs: 1 };
const record = {
  experiment: 'x',
  hash: HASH,
  status: 'done',
  dense: measurement,
  pruned: measurement,
  parameters: [],
  timing: { denseS: 0 },
} as unknown as RunResult;

async function written(): Promise<string> {
  const folder = path.join(temporaryFolder(), 'runs', 'x');
  const run = await RunFolder.open(folder, HASH);
  await run.writeExperiment('name: x\n', HASH, path.dirname(folder));
  await run.writeResult(record);
  await run.close();
  return folder;
}

test('is found again, with its record', async () => {
  const folder = await written();
  const run = await RunFolder.open(folder, HASH);
  expect(await run.readResult()).toEqual(record);
  expect(readFileSync(run.file('experiment'), 'utf8')).toBe(
    `# The complete experiment, every default filled in.\n# hash: ${HASH}\n# base: ".."\nname: x\n`,
  );
  await run.close();
  expect(readdirSync(folder).sort()).toEqual(['experiment.yaml', 'result.json']);
});

test('is refused while another process runs in it', async () => {
  const folder = await written();
  const child = lockInChild(path.join(folder, '.lock'));
  await child.says((line) => line === 'locked');
  expect(await messageOf(RunFolder.open(folder, HASH))).toBe(
    `EspalierError: ${folder}: another process is running in this folder. Wait for it, or choose another folder with --out`,
  );
  await child.kill();
  await (await RunFolder.open(folder, HASH)).close();
});

test('another experiment’s run is refused and left alone, and the lock given back', async () => {
  const folder = await written();
  const message = await messageOf(RunFolder.open(folder, OTHER));
  expect(message).toContain(
    'this folder holds the run of another experiment: its hash is aaaaaaaa, this one’s bbbbbbbb. Choose another folder with --out',
  );
  expect(await readResult(folder)).toEqual(record);
  await (await RunFolder.open(folder, HASH)).close();
});

test('also where only the record is there', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'result.json'), JSON.stringify(record));
  expect(await messageOf(RunFolder.open(folder, OTHER))).toContain('another experiment');
});

test('an experiment.yaml of a user’s own is not overwritten', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'experiment.yaml'), 'name: mine\n');
  expect(await messageOf(RunFolder.open(folder, HASH))).toContain('experiment.yaml: was not written by a run, and would be overwritten');
  expect(readFileSync(path.join(folder, 'experiment.yaml'), 'utf8')).toBe('name: mine\n');
});

test('a file where the folder should be', async () => {
  const file = path.join(temporaryFolder(), 'out');
  writeFileSync(file, '');
  expect(await messageOf(RunFolder.open(file, HASH))).toContain(`${file}: a file is where a folder is needed`);
});

test('what a killed writer left is swept away', async () => {
  const folder = await written();
  for (const name of ['checkpoint.bin.123.half', 'result.json.456.half', 'experiment.yaml.789.half'])
    writeFileSync(path.join(folder, name), 'half');
  mkdirSync(path.join(folder, 'sparse'));
  writeFileSync(path.join(folder, 'sparse', 'model.sparse.12.half'), 'half');
  await (await RunFolder.open(folder, HASH)).close();
  expect(readdirSync(folder).sort()).toEqual(['experiment.yaml', 'result.json', 'sparse']);
  expect(readdirSync(path.join(folder, 'sparse'))).toEqual([]);
});

test('clear leaves what is not the run’s', async () => {
  const folder = await written();
  writeFileSync(path.join(folder, 'notes.txt'), '');
  for (const name of Object.values(RUN_FILES)) if (!existsSync(path.join(folder, name))) mkdirSync(path.join(folder, name));
  const run = await RunFolder.open(folder, HASH);
  await run.clear();
  await run.close();
  expect(readdirSync(folder)).toEqual(['notes.txt']);
});

test('there is no record in an empty folder', async () => {
  expect(await readResult(temporaryFolder())).toBeUndefined();
});

test.each([
  ['cut short', JSON.stringify(record).slice(0, 40), /is not JSON: .*\. Delete it and run again$/],
  ['empty', '', /is not JSON/],
  ['a list', '[]', /is not the record of a run: it is no object/],
  ['null', 'null', /it is no object/],
  ['without a hash', '{"status":"done"}', /it has no hash or no experiment/],
  ['of a strange status', JSON.stringify({ ...record, status: 'fine' }), /its status is neither "done" nor "failed"/],
  ['without figures', JSON.stringify({ ...record, pruned: { accuracy: '97 %' } }), /its "dense" or "pruned" is not what was measured/],
  ['done, but not pruned', JSON.stringify({ ...record, pruned: null }), /it is done, but has no "pruned"/],
  ['without parameters', JSON.stringify({ ...record, parameters: 3 }), /it has no parameters or no timing/],
])('a record that is %s is refused by name', async (_what, text, message) => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'result.json');
  writeFileSync(file, text);
  const said = await messageOf(readResult(folder));
  expect(said).toContain(`EspalierError: ${file}: `);
  expect(said).toMatch(message);
});
