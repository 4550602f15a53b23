import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { systemCompilers } from './compiler.ts';
import { isComplete, packageKit } from './layout.ts';
import { tryBinding, verify } from './verify.ts';

const kit = packageKit();
const [compiler] = await systemCompilers();

test.runIf(kit && isComplete(kit))('the binding that is there loads in a process of its own and trains a step', async () => {
  expect(await tryBinding(kit?.binding as string)).toMatch(/^\d+\.\d+/);
});

test('a file that is no library is found out', async () => {
  const binding = join(await temporaryFolder(), 'tfjs_binding.node');
  await writeFile(binding, 'not a library');
  await expect(tryBinding(binding)).rejects.toThrow(/does not train: .*(invalid ELF header|file too short|slice|not a mach-o)/i);
});

test.runIf(compiler)('a library that takes its process down takes down only that, and is not marked as good', async () => {
  const folder = await temporaryFolder();
  const source = join(folder, 'crash.cc');
  await writeFile(source, '#include <cstdlib>\n__attribute__((constructor)) void crash() { abort(); }\n');
  const binding = join(folder, 'tfjs_binding.node');
  execFileSync(compiler?.[0] as string, ['-shared', '-fPIC', source, '-o', binding]);
  await expect(verify({ folder, deps: folder, lib: folder, binding })).rejects.toThrow('it was ended by SIGABRT');
  expect(existsSync(join(folder, 'verified.json'))).toBe(false);
});
