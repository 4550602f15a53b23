import { Budget, rehearse } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { oneNeuron } from '../testing/one-neuron.ts';
import { watchRun } from '../testing/watch-run.ts';

beforeAll(() => tf.setBackend('cpu'));

test('trains once, and cuts along a cubic from begin to end', async () => {
  const { make, runParts } = oneNeuron();
  const strategy = make('strategy', { movement: { begin: 0.2, end: 0.8, cuts: 3 } });
  const plan = await rehearse(strategy, runParts({ sparsity: 0.9, budget: new Budget(10, 1) }));
  // At 20 % + 60 % · i/3 of ten steps: s · (1 − (1 − i/3)³).
  expect(plan.flatMap(({ what, step, sparsity }) => (what === 'cut' ? [{ step, sparsity: sparsity?.toFixed(6) }] : []))).toEqual([
    { step: 4, sparsity: (0.9 * (1 - 8 / 27)).toFixed(6) },
    { step: 6, sparsity: (0.9 * (1 - 1 / 27)).toFixed(6) },
    { step: 8, sparsity: '0.900000' },
  ]);
});

test('where the threshold decides, the cubic is part of the way to it', async () => {
  const { make, runParts } = oneNeuron();
  const strategy = make('strategy', { movement: { begin: 0.2, end: 0.8, cuts: 3 } });
  const plan = await rehearse(strategy, runParts({ sparsity: Number.NaN, budget: new Budget(10, 1) }));
  const cuts = plan.flatMap(({ what, sparsity }) => (what === 'cut' ? [sparsity?.toFixed(6)] : []));
  expect(cuts).toEqual([(1 - 8 / 27).toFixed(6), (1 - 1 / 27).toFixed(6), '1.000000']);
});

test('the last cut is made, however short the training', async () => {
  for (const steps of [1, 2, 3, 7]) {
    const { make, runParts } = oneNeuron();
    const plan = await rehearse(make('strategy', 'movement'), runParts({ sparsity: 0.9, budget: new Budget(steps, 1) }));
    expect(plan.findLast(({ what }) => what === 'cut')?.sparsity).toBeCloseTo(0.9, 12);
  }
});

test('what training moves towards zero goes, however large it is', async () => {
  const { make, runParts, model } = oneNeuron();
  // The gradients (2, 1, −3): the first two shrink, the second, the largest, loses −w·g = −4.85 by the second step.
  const parts = runParts({ sparsity: 1 / 3, budget: new Budget(2, 1) });
  await watchRun(make('strategy', { movement: { begin: 0, end: 1, cuts: 1 } }), parts);
  expect(model.getWeights()[0]?.dataSync()[1]).toBe(0);
});

test('a strategy that does not let its scorer watch is refused in its plan, by name', async () => {
  const { make, runParts } = oneNeuron();
  await expect(rehearse(make('strategy', { gradient: { scorer: 'movement' } }), runParts())).rejects.toThrow(
    'scorer "movement" of @espalier/strategy-gradient: scores by what it has seen of a training',
  );
});
