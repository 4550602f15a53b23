import { availableParallelism } from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { threadsFor } from './threads.ts';

/** Multiply-accumulates of a step of 128 samples. */
const step = (...widths: readonly number[]) => 128 * widths.slice(1).reduce((sum, width, i) => sum + width * (widths[i] as number), 0);

beforeEach(() => vi.stubEnv('TF_NUM_INTRAOP_THREADS', undefined));
afterEach(() => void vi.unstubAllEnvs());

test('a small net has one thread, a large one has all', () => {
  expect(threadsFor(step(784, 128, 64, 10))).toBe(1);
  expect(threadsFor(step(784, 300, 100, 10))).toBe(availableParallelism());
  expect(threadsFor(step(784, 512, 512, 10))).toBe(availableParallelism());
});

test('beside other runs, one thread is enough for somewhat larger nets', () => {
  expect(threadsFor(step(784, 300, 100, 10), { isAlone: false })).toBe(1);
  expect(threadsFor(step(784, 512, 512, 10), { isAlone: false })).toBe(availableParallelism());
});

test('what the environment says holds', () => {
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', '3');
  expect(threadsFor(1)).toBeUndefined();
});
