import { expect, test } from 'vitest';
import { SweepPace } from './sweep-pace.ts';

test('what is left is shared by the workers, at the pace of what has run', () => {
  const pace = new SweepPace({ left: 100, workers: 2 });
  expect(pace.secondsLeft()).toBe(50);
  pace.done(20, 40);
  expect(pace.secondsLeft()).toBe(80);
  expect(pace.secondsLeft(30)).toBe(50);
});

test('a run that failed tells nothing of the others', () => {
  const pace = new SweepPace({ left: 100, workers: 1 });
  pace.done(20);
  expect(pace.secondsLeft()).toBe(80);
});
