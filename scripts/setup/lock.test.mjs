import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.mjs';

const LOCK = fileURLToPath(new URL('lock.mjs', import.meta.url));

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lock = () => join(folder, 'setup.lock');
const log = () => join(folder, 'log');
const lines = () => (existsSync(log()) ? readFileSync(log(), 'utf8').trim().split('\n') : []);
const ended = (child) => new Promise((resolve) => child.on('exit', resolve));

function holder(name, ms) {
  const program = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(LOCK)};
    await withLock(${JSON.stringify(lock())}, async () => {
      appendFileSync(${JSON.stringify(log())}, '${name} in\\n');
      await new Promise((resolve) => setTimeout(resolve, ${ms}));
      appendFileSync(${JSON.stringify(log())}, '${name} out\\n');
    });`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
}

test('of four set-ups one works at a time', async () => {
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => ended(holder(name, 100))));
  expect(lines().map((line) => line.slice(2))).toEqual(Array(4).fill(['in', 'out']).flat());
  expect(existsSync(lock())).toBe(false);
});

test('the lock of a killed set-up goes to the next at once', async () => {
  const killed = holder('a', 60_000);
  while (!lines().includes('a in')) await new Promise((resolve) => setTimeout(resolve, 20));
  killed.kill('SIGKILL');
  await ended(killed);
  const begun = Date.now();
  await withLock(lock(), async () => appendFileSync(log(), 'b in\n'));
  expect(Date.now() - begun).toBeLessThan(2_000);
  expect(lines()).toEqual(['a in', 'b in']);
});

test('what a killed set-up had started is waited for', async () => {
  const orphan = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 700)']);
  writeFileSync(lock(), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), token: 'dead', children: [orphan.pid] }));
  const begun = Date.now();
  await withLock(lock(), async () => {});
  expect(Date.now() - begun).toBeGreaterThan(500);
});

test('a lock from another machine holds as long as it is touched', async () => {
  writeFileSync(lock(), JSON.stringify({ pid: 1, host: 'elsewhere', token: 'theirs', children: [] }));
  let waits = 0;
  const waiting = withLock(lock(), async () => 'mine', {
    onWait: () => {
      waits += 1;
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(waits).toBe(1);
  rmSync(lock());
  expect(await waiting).toBe('mine');
});

test('a set-up that is stopped takes along what it had started', async () => {
  const program = `
    import { spawn } from 'node:child_process';
    import { withLock } from ${JSON.stringify(LOCK)};
    process.on('SIGTERM', () => process.exit(143));
    await withLock(${JSON.stringify(lock())}, async (started) => {
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
      started(child.pid);
      console.log(child.pid);
      await new Promise((resolve) => child.on('exit', resolve));
    });`;
  const stopped = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = Number(await new Promise((resolve) => stopped.stdout.once('data', resolve)));
  stopped.kill('SIGTERM');
  expect(await ended(stopped)).toBe(143);
  expect(existsSync(lock())).toBe(false);
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
});

test('a failure gives the lock back', async () => {
  await expect(withLock(lock(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(lock())).toBe(false);
});
