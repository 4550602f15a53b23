import { useBackend } from '@espalier/backend-node';
import { beforeAll, expect, test } from 'vitest';
import { missedTarget } from './missed-target.ts';
import { prepare } from './prepare.ts';
import { points } from './testing/experiments.ts';

beforeAll(() => useBackend({ choice: 'cpu' }));

async function missed(set: readonly string[], sparsity: number, spared: readonly string[] = []): Promise<string[]> {
  const prepared = await prepare(await points({ set: ['backend=cpu', ...set] }));
  try {
    return missedTarget(prepared, { sparsity, parameters: [], spared });
  } finally {
    prepared.dispose();
  }
}

test('single weights are met as the tolerance says', async () => {
  expect(await missed([], 0.5)).toEqual([]);
  expect(await missed([], 0.495)).toEqual([]);
  expect(await missed([], 0.51)).toEqual(['sparsity: 51.00 % was reached where 50.00 % was asked for (tolerance 0.5 points)']);
});

// Units of 2 weights and of 16, 160 in all: 10 points are the largest.
const UNITS = ['prune.strategy=neuron', 'prune.granularity=unit'];

test('groups to the largest of them, and the message says so', async () => {
  expect(await missed(UNITS, 0.41)).toEqual([]);
  expect(await missed(UNITS, 0.59)).toEqual([]);
  const words = '(tolerance 10 points, the largest group, which goes or stays as one)';
  expect(await missed(UNITS, 0.39)).toEqual([`sparsity: 39.00 % was reached where 50.00 % was asked for ${words}`]);
  expect(await missed(UNITS, 0.61)).toEqual([`sparsity: 61.00 % was reached where 50.00 % was asked for ${words}`]);
  expect(await missed([...UNITS, 'prune.tolerance=0.2'], 0.39)).toEqual([]);
});

test('nothing at all is never near enough to something, however large groups are', async () => {
  expect(await missed([...UNITS, 'prune.sparsity=0.09'], 0)).toEqual([
    expect.stringMatching(/^sparsity: 0\.00 % was reached where 9\.00 %/),
  ]);
  expect(await missed([...UNITS, 'prune.sparsity=0.09'], 0.01)).toEqual([]);
  expect(await missed([...UNITS, 'prune.sparsity=0.005'], 0)).toEqual([]);
  expect(await missed([...UNITS, 'prune.sparsity=0'], 0)).toEqual([]);
});

test('layers that were kept from emptying are named where too little went, and not where too much did', async () => {
  expect((await missed([], 0.4, ['output/kernel']))[0]).toMatch(/The last of output\/kernel was kept, .*"mayEmpty: true" under prune/);
  expect((await missed([], 0.6, ['output/kernel']))[0]).not.toContain('output');
});
