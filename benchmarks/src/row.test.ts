import { expect, test } from 'vitest';
import { isMet, rowOf } from './row.ts';
import { tableOf, verdict } from './table.ts';

const COMPARISON = { work: 'cut', ours: 2, peer: 'torch', theirs: 30, unit: 's', goal: 15 } as const;

test('the ratio is theirs over ours, so that more is better, and a goal is the ratio to reach', () => {
  const row = rowOf('threshold', COMPARISON);
  expect(row).toEqual({ name: 'threshold', work: 'cut', ours: 2, peer: 'torch', theirs: 30, unit: 's', ratio: 15, goal: 15 });
  expect(isMet(row)).toBe(true);
  expect(isMet(rowOf('threshold', { ...COMPARISON, ours: 2.01 }))).toBe(false);
});

test('without a peer nothing is met and nothing missed', () => {
  const row = rowOf('threshold', { ...COMPARISON, theirs: null });
  expect(row.ratio).toBeNull();
  expect(isMet(row)).toBeNull();
  expect(verdict(row)).toBe('not measured');
  expect(verdict(rowOf('threshold', { ...COMPARISON, goal: null }))).toBe('');
});

test('the table says of each row whether its goal is met', () => {
  const text = tableOf([rowOf('threshold', COMPARISON), rowOf('threshold', { ...COMPARISON, ours: 4 })]);
  expect(text).toMatch(/cut +│ +2 │ torch +│ +30 │ s +│ 15.0× │ ≥ 15.0× │ met/);
  expect(text).toMatch(/7.50× │ ≥ 15.0× │ not met/);
});
