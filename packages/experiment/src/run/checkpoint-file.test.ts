import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Checkpoint } from '@espalier/core';
import { expect, test } from 'vitest';
import { CheckpointFile } from './checkpoint-file.ts';
import { EventLog } from './event-log.ts';
import { temporaryFolder } from './testing/experiments.ts';

const at = '2026-01-01T00:00:00.000Z';
const now = { data: 'd1', model: '', backend: 'cpu 4' };

function checkpointOf(weight: number): Checkpoint {
  return {
    finished: [],
    stepsWithin: 0,
    loop: null,
    weights: { a: { shape: [1], data: Float32Array.of(weight) } },
    masks: { a: Uint8Array.of(1) },
    training: { updates: 1, slots: { 'a/m': Float32Array.of(2) } },
    random: [1, 2],
    keptTensors: {},
    keptValues: { seen: [1, 'a'] },
  };
}

function setting() {
  const folder = temporaryFolder();
  const log = new EventLog(path.join(folder, 'events.jsonl'));
  const file = path.join(folder, 'checkpoint.bin');
  const notes: string[] = [];
  const open = (circumstances: Record<string, string> = now) =>
    new CheckpointFile(file, { circumstances, log, note: (message) => notes.push(message) });
  return { file, log, notes, open };
}

test('comes back whole, with the time that was spent, and the log is as long as it was', async () => {
  const { log, notes, open } = setting();
  log.append({ type: 'cut', at });
  const first = open();
  first.spending = () => ({ prune: 3, score: 1, train: 2 });
  await first.save(checkpointOf(5));
  log.append({ type: 'step', at });

  const second = open();
  expect(await second.load()).toEqual(checkpointOf(5));
  expect(second.spentBefore).toEqual({ prune: 3, score: 1, train: 2 });
  expect(log.read().map(({ type }) => type)).toEqual(['cut']);
  // What is told between two loads of the same process stays.
  log.append({ type: 'dense', at });
  await second.load();
  expect(log.read()).toHaveLength(2);
  expect(notes).toEqual([]);
});

test('without one the log starts anew', async () => {
  const { log, open } = setting();
  log.append({ type: 'cut', at });
  expect(await open().load()).toBeNull();
  expect(existsSync(log.file)).toBe(false);
});

test('one that is damaged counts as none, and says so', async () => {
  const { file, notes, open } = setting();
  await open().save(checkpointOf(5));
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length - 9));
  expect(await open().load()).toBeNull();
  expect(notes).toEqual([expect.stringMatching(/^Starting anew: .*checkpoint\.bin: cannot be read: it is damaged/)]);
});

test('one of other data counts as none, and says so', async () => {
  const { log, notes, open } = setting();
  log.append({ type: 'cut', at });
  await open().save(checkpointOf(5));
  expect(await open({ ...now, data: 'd2', backend: 'wasm 4' }).load()).toBeNull();
  expect(notes).toEqual(['Starting anew: since the last checkpoint there is another data, another backend']);
  expect(log.length).toBe(0);
});

test('weights that are not finite do not take the place of good ones', async () => {
  const { open } = setting();
  await open().save(checkpointOf(5));
  await open().save(checkpointOf(Number.NaN));
  expect((await open().load())?.weights['a']?.data[0]).toBe(5);
});
