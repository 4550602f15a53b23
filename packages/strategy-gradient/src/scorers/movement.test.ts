import { Budget, LiveRun, type PrunableParameter } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { oneNeuron, rounded } from '../testing/one-neuron.ts';

beforeAll(() => tf.setBackend('cpu'));

test('sums −w·g over the steps that it watches', async () => {
  const { make, parameters, runParts } = oneNeuron();
  const scorer = make('scorer', 'movement');
  const run = await LiveRun.open(runParts({ budget: new Budget(2, 1) }));
  await run.train(run.budget, { watch: scorer });
  // w = (1, 2, −1), g = (2, 1, −3); a step of 0.1 later w = (0.8, 1.9, −0.7), g = (1.7, 1.5, −0.6).
  const [sums] = await scorer.score(parameters, run);
  expect(rounded([...(sums as tf.Tensor).dataSync()])).toEqual([-3.36, -4.85, -3.42]);
  // The sums are the run's, and outlive a cut.
  await run.cut(scorer, 1 / 3);
  expect((sums as tf.Tensor).isDisposed).toBe(false);
  expect([...(parameters[0] as PrunableParameter).variable.dataSync()][1]).toBe(0);
  run.dispose();
  expect((sums as tf.Tensor).isDisposed).toBe(true);
});

test('without having watched anything it says so', async () => {
  const { make, runParts } = oneNeuron();
  const run = await LiveRun.open(runParts());
  await expect(run.cut(make('scorer', 'movement'))).rejects.toThrow(
    'movement, at step 0: has seen no training, so there is nothing to score by',
  );
  run.dispose();
});
