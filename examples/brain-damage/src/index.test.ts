import { Budget, type Samples } from '@espalier/core';
import { cutsOf, TestBed, testScorer, testStrategy } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

testScorer(plugin, 'brainDamage');
testStrategy(plugin, { brainDamage: { rounds: 2 } });

beforeAll(() => tf.setBackend('cpu'));

const bed = new TestBed(plugin);

test('a weight scores ½·w²·h, h the mean of the squared gradients of single samples', async () => {
  // y = w·x with w = (1, 2, −1); the errors of the two samples are 2 and −1.
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3], useBias: false })] });
  model.setWeights([tf.tensor2d([1, 2, -1], [3, 1])]);
  const samples: Samples = {
    size: 2,
    inputs: [{ shape: [3], data: Float32Array.of(1, 1, 0, 0, 1, 3) }],
    targets: [{ shape: [1], data: Float32Array.of(1, 0) }],
  };
  // Gradients 2·error·x: (4, 4, 0) and (0, −2, −6); h = (8, 10, 18).
  expect(await bed.on({ model, samples }).scores('brainDamage')).toEqual([[0.5 * 1 * 8, 0.5 * 4 * 10, 0.5 * 1 * 18]]);
});

test('without gradients it says what is missing', () => {
  expect(() => bed.make('scorer', 'brainDamage')).toThrow(
    'scorer "brainDamage" of @espalier-examples/brain-damage: cannot be made: its constructor injects GRADIENTS, which nothing here provides',
  );
});

test('the strategy cuts the same share of what is left in each round, and trains after it', async () => {
  const outcome = await bed.pruned({ net: 'dense', strategy: { brainDamage: { rounds: 2 } }, sparsity: 0.75, budget: new Budget(6, 3) });
  expect(cutsOf(outcome).map(({ step, asked }) => [step, asked])).toEqual([
    [0, 0.5],
    [3, 0.75],
  ]);
});
