import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EventLog } from './event-log.ts';
import { recordable } from './recordable.ts';
import { temporaryFolder } from './testing/experiments.ts';

const at = '2026-01-01T00:00:00.000Z';
const newLog = () => new EventLog(path.join(temporaryFolder(), 'events.jsonl'));

test('a line per event', () => {
  const log = newLog();
  expect([log.length, log.read()]).toEqual([0, []]);
  log.append({ type: 'cut', at, step: 1 });
  log.append({ type: 'log', at, message: 'a\nb' }, { type: 'epoch', at });
  expect(readFileSync(log.file, 'utf8').split('\n')).toHaveLength(4);
  expect(log.read().map(({ type }) => type)).toEqual(['cut', 'log', 'epoch']);
});

test('half a line at its end is not read, and goes when the log is cut back', () => {
  const log = newLog();
  log.append({ type: 'cut', at });
  const { length } = log;
  log.append({ type: 'epoch', at });
  appendFileSync(log.file, '{"type":"st');
  expect(log.read().map(({ type }) => type)).toEqual(['cut', 'epoch']);
  log.cutBack(length);
  log.append({ type: 'rewind', at });
  expect(log.read().map(({ type }) => type)).toEqual(['cut', 'rewind']);
});

test('cut back to nothing it is gone; cut back to more than it has it stays', () => {
  const log = newLog();
  log.append({ type: 'cut', at });
  log.cutBack(log.length + 100);
  expect(log.read()).toHaveLength(1);
  log.cutBack(0);
  expect(existsSync(log.file)).toBe(false);
});

test('about two hundred steps of a stretch are worth a line, the last of them always; everything else is', () => {
  const recorded = (total: number) =>
    Array.from({ length: total }, (_, i) => i + 1).filter((step) => recordable({ type: 'step', step, total }));
  expect(recorded(150)).toHaveLength(150);
  expect(recorded(2345).length).toBeLessThanOrEqual(201);
  expect(recorded(2345).at(-1)).toBe(2345);
  expect(recordable({ type: 'cut', step: 7 })).toBe(true);
});
