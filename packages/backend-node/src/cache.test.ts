import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

test('what killed writers left is swept away, and nothing else', async () => {
  const folder = await temporaryFolder();
  await mkdir(temporaryBeside(join(folder, 'kit')));
  await writeFile(temporaryBeside(join(folder, 'file')), '');
  await writeFile(join(folder, 'file'), '12345');
  await sweepTemporaries(folder);
  await sweepTemporaries(join(folder, 'missing'));
  expect(await readdir(folder)).toEqual(['file']);
  expect(await folderBytes(folder)).toBe(5);
});
