import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFolder, folderBytes, sweepTemporaries, temporaryBeside, writeAtomically } from './cache.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

test('the cache is where ESPALIER_CACHE says, else where the system keeps caches', () => {
  expect(cacheFolder({ ESPALIER_CACHE: '/x', XDG_CACHE_HOME: '/y' }, 'linux', '/home/ada')).toBe('/x');
  expect(cacheFolder({ XDG_CACHE_HOME: '/y' }, 'linux', '/home/ada')).toBe('/y/espalier');
  expect(cacheFolder({}, 'linux', '/home/ada')).toBe('/home/ada/.cache/espalier');
  expect(cacheFolder({}, 'darwin', '/Users/ada')).toBe('/Users/ada/Library/Caches/espalier');
});

test('a file is written whole, and leaves nothing beside it', async () => {
  const folder = await temporaryFolder();
  await writeAtomically(join(folder, 'deep', 'file'), 'content');
  expect(await readFile(join(folder, 'deep', 'file'), 'utf8')).toBe('content');
  expect(await readdir(join(folder, 'deep'))).toEqual(['file']);
});

test('what killed writers left is swept away, and nothing of the living', async () => {
  const folder = await temporaryFolder();
  const { pid: killed } = spawnSync(process.execPath, ['-e', '']);
  await mkdir(join(folder, `kit.tmp-${killed}-abc`));
  await writeFile(join(folder, `file.tmp-${killed}-abc`), '');
  const mine = temporaryBeside(join(folder, 'file'));
  await writeFile(mine, '');
  await writeFile(join(folder, 'file'), '12345');
  await sweepTemporaries(folder);
  await sweepTemporaries(join(folder, 'missing'));
  expect(await readdir(folder)).toEqual(['file', basename(mine)]);
  expect(await folderBytes(folder)).toBe(5);
});
