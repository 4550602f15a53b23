import {
  Budget,
  corePlugin,
  LiveRun,
  Part,
  PartContainer,
  type Plugin,
  Random,
  Registry,
  type RunEvent,
  rehearse,
  type Samples,
  type Scorer,
  selectParameters,
} from '@espalier/core';
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

test('the sparsity is that of a quarter of a sine', () => {
  const scheduler = parts.make(new Part('scheduler', 'sine'));
  const budget = new Budget(6, 3);
  expect(scheduler.sparsityAt(budget.at(2, 0), 0.8)).toBeCloseTo(0.8 * 0.5, 12);
  expect(scheduler.sparsityAt(budget.at(3, 0), 0.8)).toBeCloseTo(0.8 * Math.SQRT1_2, 12);
  expect(scheduler.sparsityAt(budget.at(6, 0), 0.8)).toBe(0.8);
});

test('a run follows it, as its rehearsal said', async () => {
  const random = Random.of(1);
  const samples: Samples = {
    size: 20,
    inputs: [{ shape: [5], data: Float32Array.from({ length: 100 }, () => random.next()) }],
    targets: [{ shape: [1], data: Float32Array.from({ length: 20 }, () => random.next()) }],
  };
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 19, inputShape: [5], activation: 'relu' }), tf.layers.dense({ units: 1 })],
  });
  const cuts: { step: number; asked: number | null; sparsity: number }[] = [];
  const run = {
    model,
    parameters: selectParameters(model).taken,
    sparsity: 0.9,
    threshold: parts.make(new Part('threshold', 'global')),
    train: samples,
    task: 'regression' as const,
    loss: parts.make(new Part('loss', 'meanSquaredError')),
    optimizer: parts.make(new Part('optimizer', 'momentum')),
    trainer: parts.make(new Part('trainer', 'tape')),
    batchSize: 5,
    budget: new Budget(10, 4),
    seed: 1,
    onEvent: (event: RunEvent) => {
      if (event.type === 'cut') cuts.push(event);
    },
  };
  const strategy = parts.make(new Part('strategy', 'follow', { scorer: 'size', every: 4 }));
  const plan = await rehearse(strategy, run);
  const live = await LiveRun.open(run);
  await strategy.prune(live);
  await live.finish();
  live.dispose();

  const wanted = [4, 8, 10].map((step) => ({ step, sparsity: 0.9 * Math.sin((Math.PI / 2) * (step / 10)) }));
  expect(plan.filter(({ what }) => what === 'cut').map(({ step, sparsity }) => ({ step, sparsity }))).toEqual(wanted);
  expect(cuts.map(({ step, asked }) => ({ step, sparsity: asked }))).toEqual(wanted);
  // 114 weights: asked is got, to one element.
  for (const { asked, sparsity } of cuts) expect(Math.abs(sparsity - (asked as number)) * 114).toBeLessThanOrEqual(0.5);
});

test('the strategy needs a scorer: it says so', () => {
  expect(() => parts.make(new Part('strategy', 'follow'))).toThrow('follow.scorer: expected scorer as a name');
});
