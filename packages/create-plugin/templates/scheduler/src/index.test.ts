import { Budget, corePlugin, Part, PartContainer, Registry } from '@espalier/core';
import { testScheduler } from '@espalier/testkit';
import { expect, test } from 'vitest';
import plugin from './index.ts';

/** Made as a run makes it: options are checked, defaults filled in. */
const scheduler = (options = {}) => new PartContainer(new Registry([corePlugin, plugin])).make(new Part('scheduler', 'acme', options));
const budget = new Budget(6, 3);

// What every scheduler promises: it stays between 0 and its target, never falls, ends on the target, goes by the step alone.
testScheduler(plugin, 'acme');

test('the sparsity is that of a quarter of a sine', () => {
  // After a third of the training sin 30° = 1/2; the target at the end.
  expect(scheduler().sparsityAt(budget.at(2, 0), 0.8)).toBeCloseTo(0.4, 12);
  expect(scheduler().sparsityAt(budget.at(6, 0), 0.8)).toBe(0.8);
});

test('a higher power starts slower', () => {
  expect(scheduler({ power: 2 }).sparsityAt(budget.at(2, 0), 0.8)).toBeCloseTo(0.2, 12);
});

test('options that cannot be are refused', () => {
  expect(() => scheduler({ power: 0 })).toThrow('power');
});
