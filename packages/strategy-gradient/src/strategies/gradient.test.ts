import { Budget } from '@espalier/core';
import { NETS } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { bed } from '../testing/bed.ts';
import { oneNeuron } from '../testing/one-neuron.ts';
import { watchRun } from '../testing/watch-run.ts';

beforeAll(() => tf.setBackend('cpu'));

test('cuts by the Taylor score where no other is named, then trains for the whole budget', async () => {
  const { make, runParts, model } = oneNeuron(1);
  const happened = await watchRun(make('strategy', 'gradient'), runParts({ sparsity: 1 / 3 }));
  expect(happened).toEqual([`cut to ${1 / 3} at 0`, '4 steps']);
  // (2, 6, 3): the first goes.
  expect(model.getWeights()[0]?.dataSync()[0]).toBe(0);
});

test('in rounds each takes the same share of what is left, and trains for its part', async () => {
  const { make, runParts } = bed.on(NETS['a convolution in time, and a dense layer at each step']());
  // 12 + 9 + 24 weights: round(45 × (1 − 0.25^(1/2))), round(45 × 0.75).
  expect(await watchRun(make('strategy', { gradient: { rounds: 2 } }), runParts({ sparsity: 0.75, budget: new Budget(9, 1) }))).toEqual([
    `cut to ${23 / 45} at 0`,
    '4 steps',
    `cut to ${34 / 45} at 4`,
    '5 steps',
  ]);
});

test('a config is checked', () => {
  const problems = (config: unknown) =>
    bed.registry.complete(config as never).problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  expect(problems({ kind: 'strategy', name: 'gradient', options: { rounds: 0 } })[0]).toContain('rounds: ');
  expect(problems({ kind: 'strategy', name: 'gradient', options: { scorer: { fisher: { batchSize: 0 } } } })[0]).toContain('batchSize: ');
  expect(problems({ kind: 'strategy', name: 'movement', options: { begin: 0.8 } })[0]).toContain('begin must be before end');
});
