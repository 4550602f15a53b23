import {
  Budget,
  corePlugin,
  LiveRun,
  Part,
  PartContainer,
  Random,
  Registry,
  type Samples,
  type ScoringContext,
  selectParameters,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const parts = new PartContainer(new Registry([corePlugin, plugin]));
const random = Random.of(1);
const samples: Samples = {
  size: 16,
  inputs: [{ shape: [8], data: Float32Array.from({ length: 128 }, () => random.next()) }],
  targets: [{ shape: [], data: Int32Array.from({ length: 16 }, () => random.int(2)) }],
};

function net(weights?: number[]): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [8], useBias: false, activation: 'softmax' })] });
  if (weights !== undefined) model.setWeights([tf.tensor2d(weights, [8, 2])]);
  return model;
}

test('a weight scores the bits that its size tells', async () => {
  // Of sixteen weights eight are small, four middling, two large and one largest; in four bins of 1: 1, 2, 3 and 4 bits.
  const model = net([1, -1, 1, 1, -1, 1, 1, 1, 3, 3, -3, 3, 5, 5, 8, 0].map((size) => size / 8));
  const { taken } = selectParameters(model);
  const scorer = parts.make(new Part('scorer', 'entropy', { bins: 8 }));
  const [scores] = await scorer.score(taken, {} as ScoringContext);
  expect(scores?.shape).toEqual([8, 2]);
  expect([...(scores as tf.Tensor).dataSync()].map((score) => Math.round(score * 1000) / 1000)).toEqual([
    1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4,
  ]);
});

test('it leaves nothing but its scores, and takes a layer of zeros', async () => {
  const { taken } = selectParameters(net(new Array(16).fill(0)));
  const before = tf.memory().numTensors;
  const scores = await parts.make(new Part('scorer', 'entropy')).score(taken, {} as ScoringContext);
  expect(tf.memory().numTensors - before).toBe(1);
  expect([...(scores[0] as tf.Tensor).dataSync()].every((score) => Math.abs(score) < 1e-6)).toBe(true);
});

test('a run cuts by it', async () => {
  const model = net();
  const run = await LiveRun.open({
    model,
    parameters: selectParameters(model).taken,
    sparsity: 0.5,
    threshold: parts.make(new Part('threshold', 'layer')),
    train: samples,
    task: 'classification',
    loss: parts.make(new Part('loss', 'sparseCategoricalCrossentropy')),
    optimizer: parts.make(new Part('optimizer', 'adam')),
    trainer: parts.make(new Part('trainer', 'tape')),
    batchSize: 4,
    budget: new Budget(8, 4),
    seed: 1,
  });
  await run.cut(parts.make(new Part('scorer', 'entropy')));
  await run.train(run.budget);
  await run.finish();
  expect(run.masks.sparsity).toBe(0.5);
  run.dispose();
});
