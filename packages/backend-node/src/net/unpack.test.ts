import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { fakeWheel } from '../testing/index-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { unpack } from './unpack.ts';

test('only what is picked is unpacked, under the name that is picked', async () => {
  const folder = await temporaryFolder();
  const { content } = fakeWheel({ 'pkg/lib.so': 'library', 'pkg/big.py': 'x', 'pkg/include/a/b.h': 'header' });
  await writeFile(join(folder, 'w.whl'), content);
  await unpack(join(folder, 'w.whl'), join(folder, 'out'), (path) => (path.endsWith('.py') ? undefined : path.replace('pkg/', '')));
  expect((await readdir(join(folder, 'out'), { recursive: true })).sort()).toEqual(['include', 'include/a', 'include/a/b.h', 'lib.so']);
  expect(await readFile(join(folder, 'out', 'lib.so'), 'utf8')).toBe('library');
});

test('programs stay executable', async () => {
  const folder = await temporaryFolder();
  const zip = zipSync({ tool: [strToU8('#!/bin/sh'), { os: 3, attrs: 0o100755 << 16 }] });
  await writeFile(join(folder, 'w.whl'), zip);
  await unpack(join(folder, 'w.whl'), join(folder, 'out'), (path) => path);
  expect((await stat(join(folder, 'out', 'tool'))).mode & 0o111).toBe(0o111);
});

test('an archive cut short leaves what was there as it was', async () => {
  const folder = await temporaryFolder();
  const { content } = fakeWheel({ a: 'a'.repeat(10_000) });
  await writeFile(join(folder, 'w.whl'), content.subarray(0, content.length - 40));
  await mkdir(join(folder, 'out'));
  await expect(unpack(join(folder, 'w.whl'), join(folder, 'out'), (path) => path)).rejects.toThrow();
  expect((await readdir(folder)).sort()).toEqual(['out', 'w.whl']);
});

test('a name that points outside is refused', async () => {
  const folder = await temporaryFolder();
  const { content } = fakeWheel({ '../evil': 'x' });
  await writeFile(join(folder, 'w.whl'), content);
  await expect(unpack(join(folder, 'w.whl'), join(folder, 'out'), (path) => path)).rejects.toThrow(/invalid relative path/);
});
