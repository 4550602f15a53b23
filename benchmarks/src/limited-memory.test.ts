import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const WORKER = path.join(import.meta.dirname, '../dist/workers/limited-cut.js');
const SIZE = 64_000_000;
/** The weights take 256 MB, what they are made from 26, and Node itself some 100: a second copy does not fit. */
const KILOBYTES = 450_000;

/** Linux holds a process to this limit of its data; other systems may not. */
const cutOnce = (copies: boolean) =>
  run('sh', [
    '-c',
    `ulimit -d ${KILOBYTES} && exec "$@"`,
    'sh',
    process.execPath,
    WORKER,
    JSON.stringify({ size: SIZE, sparsity: 0.9, copies }),
  ]);

test('weights that do not fit in memory twice are cut', async () => {
  const { stdout, stderr } = await cutOnce(false);
  expect(stderr).toBe('');
  expect(stdout === '' ? undefined : JSON.parse(stdout).zeros).toBe(0.9 * SIZE);
});

test('the limit is real: a copy of them does not fit', async () => {
  await expect(cutOnce(true)).rejects.toThrow(/allocation failed|out of memory/i);
});
