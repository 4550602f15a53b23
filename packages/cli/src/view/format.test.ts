import { expect, test } from 'vitest';
import { bytes, count, milliseconds, percent, points, seconds, significant, times } from './format.ts';
import { Pace } from './pace.ts';
import { sparkline } from './plan-view.ts';

test('figures have the digits that count', () => {
  expect(count(109386)).toBe('109,386');
  expect(percent(0.9)).toBe('90.00 %');
  expect([bytes(999), bytes(437544), bytes(1.2e9)]).toEqual(['999 B', '438 kB', '1.20 GB']);
  expect([significant(2.3456), significant(0.0123), significant(1234.5), significant(0)]).toEqual(['2.35', '0.0123', '1235', '0']);
  expect(milliseconds(0.4321)).toBe('0.432 ms');
  expect([seconds(8.13), seconds(125)]).toEqual(['8.1 s', '2 min 5 s']);
  expect([times(9.84), times(1.02), times(Number.NaN)]).toEqual(['9.8×', '1.02×', '–']);
});

test('differences of accuracy are points, with their sign', () => {
  expect([points(0.0123), points(-0.0014), points(0)]).toEqual(['+1.23 points', '−0.14 points', '0.00 points']);
});

test('a curve of many values keeps its ends', () => {
  expect(sparkline([0, 0.25, 0.5, 0.99])).toBe('▁▃▅█');
  expect(sparkline(Array.from({ length: 100 }, (_, i) => i / 100))).toMatch(/^▁.{22}█$/);
});

test('what is left is told from the pace so far, once there is one', () => {
  let now = 0;
  const pace = new Pace(() => now);
  pace.reached(100);
  expect(pace.left(400)).toBe('');
  now = 10_000;
  pace.reached(200);
  expect(pace.left(400)).toBe('20.0 s left');
});
