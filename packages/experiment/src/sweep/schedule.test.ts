import { expect, test } from 'vitest';
import { Schedule } from './schedule.ts';

const task = (name: string, baseline: string, pruneS: number, denseS = 10) => ({ name, baseline, pruneS, denseS });
const names = (schedule: Schedule<ReturnType<typeof task>>) => {
  const taken: string[] = [];
  for (let next = schedule.next(); next !== undefined; next = schedule.next()) taken.push(next.name);
  return taken;
};

test('the longest goes first', () => {
  expect(names(new Schedule([task('short', 'a', 1), task('long', 'b', 3), task('middle', 'c', 2)]))).toEqual(['long', 'middle', 'short']);
});

test('training the dense baseline counts, until it is there', () => {
  const schedule = new Schedule([task('a1', 'a', 3, 1), task('a2', 'a', 2, 1), task('b1', 'b', 1, 9)]);
  expect(schedule.next()?.name).toBe('b1');
  const a1 = schedule.next();
  expect(a1?.name).toBe('a1');
  schedule.denseIsThere(a1 as never);
  expect(schedule.secondsOf(task('a2', 'a', 2, 1))).toBe(2);
});

test('of runs with one baseline the first trains it, the others are held back and the rest goes on', () => {
  const schedule = new Schedule([task('a1', 'a', 3), task('a2', 'a', 2), task('b1', 'b', 1), task('b2', 'b', 1)]);
  const a1 = schedule.next();
  expect(a1?.name).toBe('a1');
  const b1 = schedule.next();
  expect(b1?.baseline).toBe('b');
  expect(schedule.next()).toBeUndefined();
  expect(schedule.isEmpty).toBe(false);
  schedule.denseIsThere(a1 as never);
  expect(names(schedule)).toEqual(['a2']);
});

test('where the one that trains fails, another takes over; the failed one goes again after it', () => {
  const schedule = new Schedule([task('a1', 'a', 3), task('a2', 'a', 2)]);
  const a1 = schedule.next();
  schedule.ended(a1 as never);
  schedule.again(a1 as never);
  const a2 = schedule.next();
  expect(a2?.name).toBe('a2');
  schedule.denseIsThere(a2 as never);
  expect(names(schedule)).toEqual(['a1']);
  expect(schedule.isEmpty).toBe(true);
});
