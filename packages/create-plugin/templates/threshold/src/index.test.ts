import { corePlugin, type ParameterScores, Part, PartContainer, Registry } from '@espalier/core';
import { testThreshold } from '@espalier/testkit';
import { expect, test } from 'vitest';
import plugin from './index.ts';

/** Made as a run makes it: options are checked, defaults filled in. */
const threshold = (options = {}) => new PartContainer(new Registry([corePlugin, plugin])).make(new Part('threshold', 'acme', options));

/** Parameters of these many weights: which scores they have is of no concern to this threshold. */
const parameters = (...sizes: number[]) =>
  sizes.map((size) => ({ size, groupSize: 1, read: async () => new Float32Array(size) }) as unknown as ParameterScores);

// What every threshold promises: a line for each parameter, the sparsity that was asked for, scores left as they are.
testThreshold(plugin, 'acme');

test('each layer keeps as many weights, a small one all that it has', async () => {
  // Of 120 weights 60 stay: 20 in the layer that has no more, 40 in the other.
  expect(await threshold().lines(parameters(100, 20), 0.5)).toEqual([{ count: 60 }, { count: 0 }]);
});

test('without evenness each layer keeps the same share', async () => {
  expect(await threshold({ evenness: 0 }).lines(parameters(100, 20), 0.5)).toEqual([{ count: 50 }, { count: 10 }]);
});

test('all together lose exactly what was asked for', async () => {
  const lines = await threshold({ evenness: 0.5 }).lines(parameters(31, 7, 64, 11), 0.7);
  // 0.7 of 113 weights is 79.1.
  expect(lines.reduce((sum, line) => sum + ('count' in line ? line.count : Number.NaN), 0)).toBe(79);
});

test('options that cannot be are refused', () => {
  expect(() => threshold({ evenness: 2 })).toThrow('evenness');
});
