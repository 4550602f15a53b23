import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withLock } from './lock.ts';
import { ownFile } from './package-files.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

/** Another process that takes the lock, writes "in", waits, and writes "out". */
function holder(folder: string, name: string, ms: number): ChildProcess {
  const program = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(ownFile('dist', 'lock.js'))};
    await withLock(${JSON.stringify(folder)}, async () => {
      appendFileSync(${JSON.stringify(join(folder, 'log'))}, '${name} in\\n');
      await new Promise((resolve) => setTimeout(resolve, ${ms}));
      appendFileSync(${JSON.stringify(join(folder, 'log'))}, '${name} out\\n');
    });`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.on('exit', resolve));
const log = (folder: string) => readFile(join(folder, 'log'), 'utf8').catch(() => '');

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('of two processes one waits for the other', async () => {
  const folder = await temporaryFolder();
  const both = [holder(folder, 'a', 300), holder(folder, 'b', 300)];
  await Promise.all(both.map(ended));
  const lines = (await log(folder)).trim().split('\n');
  expect([lines[0]?.[0], lines[2]?.[0]].sort()).toEqual(['a', 'b']);
  expect(lines.map((line) => line.slice(2))).toEqual(['in', 'out', 'in', 'out']);
});

test('the lock of a killed process goes to the next', async () => {
  const folder = await temporaryFolder();
  const killed = holder(folder, 'a', 60_000);
  await until(async () => (await log(folder)).includes('a in'));
  killed.kill('SIGKILL');
  await ended(killed);
  let waits = 0;
  await withLock(folder, () => appendFile(join(folder, 'log'), 'b in\n'), {
    onWait: () => {
      waits += 1;
    },
  });
  expect(await log(folder)).toBe('a in\nb in\n');
  expect(waits).toBe(1);
}, 30_000);

test('a failure gives the lock back', async () => {
  const folder = await temporaryFolder();
  await expect(withLock(folder, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await withLock(folder, async () => 'free')).toBe('free');
});

test('who waits can be told to stop', async () => {
  const folder = await temporaryFolder();
  await withLock(folder, async () => {
    const waiting = withLock(folder, async () => 'never', { signal: AbortSignal.timeout(50) });
    await expect(waiting).rejects.toThrow(/timeout/i);
  });
});
