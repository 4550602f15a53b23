import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EspalierError } from '@espalier/core';
import { expect, onTestFinished, test } from 'vitest';
import { diskError, sweepHalves, writeAtomically } from './files.ts';
import { messageOf, temporaryFolder } from './testing/experiments.ts';
import { smallDisk } from './testing/small-disk.ts';

test('a file takes the place of another, folders are made', async () => {
  const file = path.join(temporaryFolder(), 'a', 'b', 'file');
  await writeAtomically(file, 'one');
  await writeAtomically(file, Uint8Array.of(116, 119, 111).subarray(0, 3));
  expect(readFileSync(file, 'utf8')).toBe('two');
  expect(readdirSync(path.dirname(file))).toEqual(['file']);
});

test('what killed writers left beside a file is swept away, and nothing else', async () => {
  const folder = temporaryFolder();
  for (const name of ['x.bin', 'x.bin.1234567.half', 'x.bin.lock', 'x.bin.gz', 'y.bin.99.half']) writeFileSync(path.join(folder, name), '');
  await sweepHalves(path.join(folder, 'x.bin'));
  expect(readdirSync(folder).sort()).toEqual(['x.bin', 'x.bin.gz', 'x.bin.lock', 'y.bin.99.half']);
});

const full = smallDisk();
test.skipIf(full === undefined)('a full disk: the message says what to do and how much is free, and the old content stays', async () => {
  const file = path.join(full as string, 'folder', 'record');
  await writeAtomically(file, 'the old one');
  const error = await writeAtomically(file, Buffer.alloc(4 << 20, 1)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EspalierError);
  expect((error as Error).message).toMatch(
    /record: the disk is full: [0-2]\.\d MB are free there\. Make room and start again: what is done is kept$/,
  );
  expect(readFileSync(file, 'utf8')).toBe('the old one');
  expect(readdirSync(path.dirname(file))).toEqual(['record']);
});

test('a file where a folder is needed, and a folder where a file is', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'taken'), '');
  mkdirSync(path.join(folder, 'sub'));
  expect(await messageOf(writeAtomically(path.join(folder, 'taken', 'x'), ''))).toMatch(
    /^EspalierError: .*taken: a file is where a folder is needed, or the other way round\. Move it away/,
  );
  expect(await messageOf(writeAtomically(path.join(folder, 'sub'), ''))).toMatch(
    /^EspalierError: .*sub: a file is where a folder is needed/,
  );
});

// Root may write anywhere, so somebody else has to try.
const isRoot = process.getuid?.() === 0;
test('a folder that may not be written to', async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o555);
  onTestFinished(() => chmodSync(folder, 0o755));
  if (isRoot) {
    const error = diskError(Object.assign(new Error('EACCES'), { code: 'EACCES' }), path.join(folder, 'x'));
    expect((error as Error).message).toMatch(/x: may not be read or written: EACCES\. Choose another folder with --out/);
  } else {
    expect(await messageOf(writeAtomically(path.join(folder, 'x'), ''))).toMatch(
      /^EspalierError: .*x: may not be read or written: EACCES\. Choose another folder with --out/,
    );
  }
});

test.skipIf(!isRoot || full === undefined)('a disk that is mounted for reading only', async () => {
  execFileSync('mount', ['-o', 'remount,ro', full as string]);
  onTestFinished(() => void execFileSync('mount', ['-o', 'remount,rw', full as string]));
  expect(await messageOf(writeAtomically(path.join(full as string, 'x'), ''))).toMatch(
    /^EspalierError: .*x: may not be read or written: EROFS/,
  );
});

test('other errors stay what they are', () => {
  const error = new Error('odd');
  expect(diskError(error, 'x')).toBe(error);
  expect(existsSync('x')).toBe(false);
});
