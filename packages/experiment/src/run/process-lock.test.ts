import { existsSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { Cancelled } from '@espalier/core';
import { expect, test } from 'vitest';
import { ProcessLock } from './process-lock.ts';
import { lockInChild, temporaryFolder } from './testing/experiments.ts';

const lockFile = () => path.join(temporaryFolder(), 'lock');
const waitsNot = {
  onWait: () => {
    throw new Error('it is held');
  },
};

test('of two processes one gets it', async () => {
  const file = lockFile();
  const child = lockInChild(file);
  await child.says((line) => line === 'locked');
  await expect(ProcessLock.take(file, waitsNot)).rejects.toThrow('it is held');
  await child.kill();
});

test('the lock of a killed process goes to the next one, soon', async () => {
  const file = lockFile();
  const child = lockInChild(file);
  await child.says((line) => line === 'locked');
  await child.kill();
  const started = Date.now();
  const lock = await ProcessLock.take(file, waitsNot);
  expect(Date.now() - started).toBeLessThan(12_000);
  lock.check();
  await lock.free();
  expect(existsSync(file)).toBe(false);
});

test('in one process, too, it is held once', async () => {
  const file = lockFile();
  const lock = await ProcessLock.take(file, waitsNot);
  await expect(ProcessLock.take(file, waitsNot)).rejects.toThrow('it is held');
  await lock.free();
  await (await ProcessLock.take(file, waitsNot)).free();
});

test('who waits can be told to stop', async () => {
  const file = lockFile();
  const lock = await ProcessLock.take(file, waitsNot);
  let waits = 0;
  const waiting = ProcessLock.take(file, { onWait: () => void waits++, signal: AbortSignal.timeout(300) });
  await expect(waiting).rejects.toThrow(Cancelled);
  expect(waits).toBe(1);
  await lock.free();
});

test('one that another process has taken over is noticed', async () => {
  const file = lockFile();
  const lock = await ProcessLock.take(file, waitsNot);
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  await expect.poll(() => lockLost(lock), { timeout: 10_000 }).toMatch(/another process has taken over: this one gave no sign of life/);
  await lock.free();
});

function lockLost(lock: ProcessLock): string {
  try {
    lock.check();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
