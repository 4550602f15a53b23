import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { buildBinding } from './build-binding.ts';
import { systemCompilers, zigCompiler } from './compiler.ts';
import { kitOf } from './layout.ts';

const LINUX = { os: 'linux', arch: 'x64', libc: 'glibc' } as const;

async function program(folder: string, name: string, script = 'exit 0'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

test('without a compiler on PATH there is none', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'g++'), 'not executable');
  expect(await systemCompilers({ PATH: folder })).toEqual([]);
  expect(await systemCompilers({})).toEqual([]);
});

test('CXX comes first, with its arguments; one compiler under two names is tried once', async () => {
  const folder = await temporaryFolder();
  const mine = await program(folder, 'my-c++');
  const clang = await program(folder, 'clang++');
  await symlink(clang, join(folder, 'c++'));
  expect(await systemCompilers({ PATH: folder, CXX: 'my-c++ -m64' })).toEqual([[mine, '-m64'], [clang]]);
});

test('zig compiles for the oldest glibc that the wheel runs on', () => {
  expect(zigCompiler('/zig', LINUX)).toEqual(['/zig/zig', 'c++', '-target', 'x86_64-linux-gnu.2.27']);
  expect(zigCompiler('/zig', { os: 'darwin', arch: 'arm64' })[3]).toBe('aarch64-macos.12.0');
});

test('a compiler that fails is quoted, and leaves no binding', async () => {
  const folder = await temporaryFolder();
  const compiler = await program(folder, 'g++', 'echo "x.cc:1: note: in" >&2; echo "x.cc:2: fatal error: no such header" >&2; exit 1');
  const kit = kitOf('test', LINUX, folder);
  await expect(buildBinding(kit, [compiler], LINUX)).rejects.toThrow('failed: x.cc:2: fatal error: no such header');
});

test('a compiler that is not there is an ordinary failure', async () => {
  const folder = await temporaryFolder();
  await expect(buildBinding(kitOf('test', LINUX, folder), [join(folder, 'nothing')], LINUX)).rejects.toThrow('ENOENT');
});
