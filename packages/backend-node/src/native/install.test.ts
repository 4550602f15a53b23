import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { Attempt } from '../attempts.ts';
import type { Diagnosis } from '../diagnose.ts';
import { withBareTfjsNode } from '../testing/own-copy.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

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

test('a cache that is no folder is an ordinary failure', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  const { attempts, diagnosis } = await installThenDiagnose({ ...OFFLINE, ESPALIER_CACHE: file });
  expect(attempts.at(-1)).toMatchObject({ step: 'wheel', ok: false, reason: expect.stringMatching(/EEXIST|ENOTDIR/) });
  expect(diagnosis.backend?.name).toBe('wasm');
});
