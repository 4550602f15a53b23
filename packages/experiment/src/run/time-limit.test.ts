import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { useBackend } from '@espalier/backend-node';
import { beforeAll, expect, test } from 'vitest';
import { loadExperiment } from '../config/index.ts';
import { runExperiment } from './run-experiment.ts';
import { readResult } from './run-folder.ts';
import { messageOf, points, runInChild, temporaryFolder, trial, writePoints } from './testing/experiments.ts';

beforeAll(() => useBackend({ choice: 'cpu' }));

const late = (limit: number) =>
  new RegExp(`strategy "\\w+" of [^ ]+, at step \\d+: has not come to its end within ${limit} s\\. Look for a loop`);

test('a training whose time is up is called off with a checkpoint, and goes on from there with more time', async () => {
  const out = path.join(temporaryFolder(), 'out');
  const file = writePoints();
  const slow = path.join(path.dirname(file), 'slow');
  writeFileSync(slow, '');
  const set = ['backend=cpu', 'prune.epochs=60', ...trial(`{lingering: {while: ${JSON.stringify(slow)}}}`)];
  // At 50 ms a step it needs 45 s. In a process of its own, which the watchdog may end where the machine is too busy.
  const first = runInChild(file, out, { set, timeLimit: 5 });
  expect([await first.ended, first.stderr]).toEqual([1, expect.stringMatching(late(5))]);
  const record = await readResult(out);
  expect(record).toMatchObject({ status: 'failed', failures: [expect.stringMatching(late(5))], checkpoint: 'checkpoint.bin' });
  // The time of the first start counts.
  const second = runInChild(file, out, { set, timeLimit: 5 });
  expect([await second.ended, second.stderr]).toEqual([1, expect.stringMatching(late(5))]);
  rmSync(slow);
  const steps: number[] = [];
  const onEvent = (event: { type: string; phase?: string; done?: number }) => {
    if (event.type === 'step' && event.phase === 'prune') steps.push(event.done as number);
  };
  expect((await runExperiment(await loadExperiment(file, { set }), { out, timeLimit: 600, onEvent })).status).toBe('done');
  expect(steps[0]).toBeGreaterThan(1);
  expect(steps.at(-1)).toBe(60 * 15);
});

test('a strategy that waits for what never comes is not waited for', async () => {
  const out = path.join(temporaryFolder(), 'out');
  const loaded = await points({ set: ['backend=cpu', ...trial('{breaking: {how: waits}}')] });
  expect(await messageOf(runExperiment(loaded, { out, timeLimit: 5 }))).toMatch(late(5));
  expect(await readResult(out)).toMatchObject({
    status: 'failed',
    failures: [expect.stringContaining('strategy "breaking" of trials, at step 30')],
  });
});

test('an endless loop is ended with its process, which leaves the record and says so', async () => {
  const out = path.join(temporaryFolder(), 'out');
  const child = runInChild(writePoints(), out, { set: ['backend=cpu', ...trial('{breaking: {how: spins}}')], timeLimit: 5 });
  const status = await child.ended;
  expect(child.stderr).toMatch(late(5));
  expect(status).toBeNull();
  expect(child.process.signalCode).toBe('SIGKILL');
  expect(child.stderr).toMatch(late(5));
  expect(await readResult(out)).toMatchObject({
    status: 'failed',
    strategy: 'breaking',
    failures: [expect.stringContaining('strategy "breaking" of trials, at step 30: has not come to its end within 5 s')],
    checkpoint: 'checkpoint.bin',
  });
  expect(existsSync(path.join(out, 'checkpoint.bin'))).toBe(true);
});
