import { corePlugin, type ParameterScores, Part, PartContainer, Registry } from '@espalier/core';
import { testThreshold } from '@espalier/testkit';
import { expect, test } from 'vitest';
import plugin from './index.ts';

testThreshold(plugin, 'floor');

const parts = new PartContainer(new Registry([corePlugin, plugin]));
const scoresOf = (...values: number[]) =>
  ({ size: values.length, groupSize: 1, read: async () => Float32Array.from(values) }) as unknown as ParameterScores;
const linesOf = (keep: number, sparsity: number, ...scores: ParameterScores[]) =>
  parts.make(new Part('threshold', 'floor', { keep })).lines(scores, sparsity);

const small = () => scoresOf(2, 1, 4, 3);
const large = () => scoresOf(40, 20, 10, 30);

test('where one line would empty a parameter, its floor stays and others go instead', async () => {
  expect(await linesOf(0, 0.5, small(), large())).toEqual([{ count: 4 }, { count: 0 }]);
  expect(await linesOf(0.25, 0.5, small(), large())).toEqual([{ count: 3 }, { count: 1 }]);
  expect(await linesOf(0.5, 0.5, small(), large())).toEqual([{ count: 2 }, { count: 2 }]);
});

test('where no parameter comes near its floor, it is the global threshold', async () => {
  expect(await linesOf(0.25, 0.25, small(), large())).toEqual([{ count: 2 }, { count: 0 }]);
});

test('of equal scores as many go as are asked for', async () => {
  const lines = await linesOf(0.25, 0.5, scoresOf(1, 1, 1, 1), scoresOf(1, 1, 1, 1));
  expect(lines.reduce((sum, line) => sum + ('count' in line ? line.count : 0), 0)).toBe(4);
});
