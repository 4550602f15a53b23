import {
  Budget,
  corePlugin,
  LiveRun,
  Part,
  PartContainer,
  type Plugin,
  Registry,
  rehearse,
  type Scorer,
  selectParameters,
} from '@espalier/core';
import { testStrategy } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

class SizeScorer implements Scorer {
  score(parameters: Parameters<Scorer['score']>[0]): tf.Tensor[] {
    return parameters.map(({ variable }) => tf.abs<tf.Tensor>(variable));
  }
}
const size: Plugin = { name: 'size', scorers: { size: { use: SizeScorer } } };
const parts = new PartContainer(new Registry([corePlugin, plugin, size]));
const strategy = (options = {}) => parts.make(new Part('strategy', 'acme', { scorer: 'size', ...options }));

/** A run over two samples, and a budget of twelve steps. */
function run() {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 5, inputShape: [4], useBias: false })] });
  return {
    model,
    parameters: selectParameters(model).taken,
    sparsity: 0.9,
    threshold: parts.make(new Part('threshold', 'global')),
    train: {
      size: 2,
      inputs: [{ shape: [4], data: Float32Array.of(1, 0, 2, 1, 0, 1, 1, 3) }],
      targets: [{ shape: [5], data: new Float32Array(10).fill(1) }],
    },
    task: 'regression' as const,
    loss: parts.make(new Part('loss', 'meanSquaredError')),
    optimizer: parts.make(new Part('optimizer', 'sgd')),
    trainer: parts.make(new Part('trainer', 'tape')),
    batchSize: 2,
    budget: new Budget(12, 1),
    seed: 1,
  };
}

// What every strategy promises: it ends on the sparsity in the granted training, as rehearsed, and goes on after a kill.
testStrategy(plugin, { acme: { scorer: 'size' } }, { with: [size] });

test('it trains for a share of the budget, then cuts to a third, two thirds and all of the sparsity', async () => {
  const events = await rehearse(strategy(), run());
  const cuts = events.filter(({ what }) => what === 'cut');
  expect(cuts.map(({ sparsity }) => sparsity)).toEqual([0.9 * (1 / 3), 0.9 * (2 / 3), 0.9]);
});

test('a run ends on the sparsity that was asked for', async () => {
  const live = await LiveRun.open(run());
  await strategy({ rounds: 2 }).prune(live);
  await live.finish();
  // 18 of 20 weights.
  expect(live.masks.sparsity).toBe(0.9);
  live.dispose();
});

test('options that cannot be are refused', () => {
  expect(() => strategy({ rounds: 0 })).toThrow('rounds');
});
