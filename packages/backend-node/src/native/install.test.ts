import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Attempt } from '../attempts.ts';
import { cacheFolder } from '../cache.ts';
import type { Diagnosis } from '../diagnose.ts';
import { thisPlatform } from '../platform.ts';
import { withBareTfjsNode } from '../testing/own-copy.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { bindingVersion } from './build-binding.ts';
import { wheelKit } from './kits.ts';
import { isComplete } from './layout.ts';

const isThere = isComplete(wheelKit(thisPlatform(), cacheFolder()));

/** A machine on which nothing answers: whoever is asked is a closed port. */
const OFFLINE = { TFJS_NODE_CDN_STORAGE: 'http://127.0.0.1:1/', PIP_INDEX_URL: 'http://127.0.0.1:1/simple', PIP_CONFIG_FILE: '/dev/null' };

async function installThenDiagnose(env: NodeJS.ProcessEnv): Promise<{ attempts: Attempt[]; diagnosis: Diagnosis }> {
  const door = await withBareTfjsNode();
  const program = `
    const { installNative, diagnose } = await import(${JSON.stringify(pathToFileURL(door).href)});
    console.log(JSON.stringify({ attempts: await installNative(), diagnosis: await diagnose() }));`;
  const own = Object.entries(process.env).filter(([name]) => !/^(PIP_|NODE_PATH|ESPALIER_)/.test(name));
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...Object.fromEntries(own), ...env },
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as { attempts: Attempt[]; diagnosis: Diagnosis };
}

test('where nothing answers, every step is remembered with its reason, and WebAssembly takes over', async () => {
  const cache = await temporaryFolder();
  const { attempts, diagnosis } = await installThenDiagnose({ ...OFFLINE, ESPALIER_CACHE: cache });
  expect(attempts.map(({ step, ok }) => [step, ok])).toEqual([
    ['installed', false],
    ['download', false],
    ['wheel', false],
  ]);
  expect(attempts.at(-1)?.reason).toContain('http://127.0.0.1:1/simple/tensorflow');
  expect(diagnosis.backend?.name).toBe('wasm');
  expect(diagnosis.attempts).toEqual(attempts);
  expect(diagnosis.cache.folder).toBe(cache);
  expect(diagnosis.advice[0]).toContain('PIP_INDEX_URL');
  expect(await readdir(join(cache, 'native')), 'nothing half-done stays').toEqual([]);
});

describe.runIf(isThere)('where another version has built the binding', () => {
  /** A cache with the library that is here, and a binding in the place of such a version. */
  async function olderCache(): Promise<{ cache: string; kit: string; binding: string }> {
    const cache = await temporaryFolder();
    const there = wheelKit(thisPlatform(), cacheFolder());
    const { folder: kit } = wheelKit(thisPlatform(), cache);
    await mkdir(join(kit, 'lib', 'napi-v8'), { recursive: true });
    await symlink(there.deps, join(kit, 'deps'));
    const binding = join(kit, 'lib', 'napi-v8', 'tfjs_binding.node');
    await copyFile(there.binding, binding);
    return { cache, kit, binding };
  }

  /** A compiler that takes no time: what it makes was compiled before. */
  async function compiler(binding: string): Promise<string> {
    const path = join(await temporaryFolder(), 'c++');
    await writeFile(path, `#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\ncp '${binding}' "$2"\n`, { mode: 0o755 });
    return path;
  }

  test('it is built anew beside that one, without a download', async () => {
    const { cache, kit, binding } = await olderCache();
    const env = { ...OFFLINE, ESPALIER_CACHE: cache, CXX: await compiler(binding) };
    const { attempts, diagnosis } = await installThenDiagnose(env);
    expect(attempts.map(({ step, ok }) => [step, ok])).toEqual([
      ['installed', false],
      ['wheel', true],
      ['binding', true],
      ['installed', true],
    ]);
    expect(diagnosis.backend?.name).toBe('tensorflow');
    expect((await readdir(kit)).sort()).toEqual(['deps', 'lib', `lib-${bindingVersion()}`]);
  });

  test('that one stays in use where none can be built', async () => {
    const { cache, kit } = await olderCache();
    const { attempts, diagnosis } = await installThenDiagnose({ ...OFFLINE, ESPALIER_CACHE: cache, PATH: '' });
    expect(attempts.map(({ step, ok }) => [step, ok])).toEqual([
      ['installed', false],
      ['wheel', true],
      ['compiler', false],
      ['installed', true],
    ]);
    expect(diagnosis.backend?.name).toBe('tensorflow');
    expect(await readdir(kit)).not.toContain('verified.json');
  });
});

test('a cache that is no folder is an ordinary failure', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  const { attempts, diagnosis } = await installThenDiagnose({ ...OFFLINE, ESPALIER_CACHE: file });
  expect(attempts.at(-1)).toMatchObject({ step: 'wheel', ok: false, reason: expect.stringMatching(/EEXIST|ENOTDIR/) });
  expect(diagnosis.backend?.name).toBe('wasm');
});
