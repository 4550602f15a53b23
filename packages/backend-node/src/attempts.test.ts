import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attempt, explain, rememberAttempts, rememberedAttempts, StepError } from './attempts.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

test('a failed step keeps its reason and its remedy, and is remembered', async () => {
  const folder = await temporaryFolder();
  const failed = await attempt('wheel', () => Promise.reject(new StepError('no index answers', 'Set PIP_INDEX_URL.')));
  expect(failed).toMatchObject({ step: 'wheel', ok: false, reason: 'no index answers', remedy: 'Set PIP_INDEX_URL.' });
  expect(Date.parse(failed.at)).toBeGreaterThan(0);
  await rememberAttempts([failed], folder);
  expect(await rememberedAttempts(folder)).toEqual([failed]);
});

test('a damaged memory is no memory', async () => {
  const folder = await temporaryFolder();
  expect(await rememberedAttempts(folder)).toEqual([]);
  await writeFile(join(folder, 'attempts.json'), '{"attempts": [');
  expect(await rememberedAttempts(folder)).toEqual([]);
});

test('a full disk and a missing right come with what to do', () => {
  expect(explain(Object.assign(new Error('no space left'), { code: 'ENOSPC' })).remedy).toContain('ESPALIER_CACHE');
  expect(explain(Object.assign(new Error('denied'), { code: 'EACCES' })).remedy).toContain('writable');
});

test('stopping is not a failed step', async () => {
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  await expect(attempt('wheel', () => Promise.reject(new Error('x')), stop.signal)).rejects.toThrow('stopped');
});
