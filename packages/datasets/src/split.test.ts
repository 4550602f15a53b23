import type { Samples } from '@espalier/core';
import { expect, test } from 'vitest';
import { splitSamples } from './split.ts';

function samples(labels: readonly number[]): Samples {
  return {
    size: labels.length,
    inputs: [{ shape: [1], data: Float32Array.from(labels.keys()) }],
    targets: [{ shape: [], data: Int32Array.from(labels) }],
  };
}

test('every sample is in one part, in the order it had, and every class keeps its share', () => {
  const labels = Array.from({ length: 100 }, (_, i) => (i % 10 < 7 ? 0 : 1));
  const { train, test: held } = splitSamples(samples(labels), { share: 0.3, seed: 1, labels, where: 'x' });
  const positions = [train, held].map((part) => [...(part.inputs[0]?.data ?? [])]);
  expect(positions.flat().sort((a, b) => a - b)).toEqual([...labels.keys()]);
  for (const part of positions) expect(part).toEqual([...part].sort((a, b) => a - b));
  expect([...(held.targets[0]?.data ?? [])].filter((label) => label === 1)).toHaveLength(9);
  expect(held.size).toBe(30);
});

test('classes of few samples: the whole has the share, and each stays to be learnt', () => {
  const labels = Array.from({ length: 30 }, (_, i) => Math.floor(i / 2));
  const { train, test: held } = splitSamples(samples(labels), { share: 0.2, seed: 1, labels, where: 'x' });
  expect(held.size).toBe(6);
  expect(new Set(train.targets[0]?.data).size).toBe(15);
});
