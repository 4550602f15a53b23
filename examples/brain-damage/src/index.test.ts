import {
  Budget,
  Calibration,
  corePlugin,
  GRADIENTS,
  Gradients,
  LiveRun,
  Part,
  PartContainer,
  Registry,
  type Samples,
  selectParameters,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const registry = new Registry([corePlugin, plugin]);
const loss = new PartContainer(registry).make(new Part('loss', 'meanSquaredError'));

/** y = w·x with w = (1, 2, −1); the errors of the two samples are 2 and −1. */
const samples: Samples = {
  size: 2,
  inputs: [{ shape: [3], data: Float32Array.of(1, 1, 0, 0, 1, 3) }],
  targets: [{ shape: [1], data: Float32Array.of(1, 0) }],
};
function line(): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: 'line', units: 1, inputShape: [3], useBias: false })] });
  model.setWeights([tf.tensor2d([1, 2, -1], [3, 1])]);
  return model;
}
const partsFor = (model: tf.LayersModel) =>
  new PartContainer(registry).bind(GRADIENTS, new Gradients(model, loss, new Calibration(samples, 2)));

test('a weight scores ½·w²·h, h the mean of the squared gradients of single samples', async () => {
  const model = line();
  const { taken } = selectParameters(model);
  const scorer = partsFor(model).make(new Part('scorer', 'brainDamage'));
  const [scores] = await scorer.score(taken, {} as never);
  // Gradients 2·error·x: (4, 4, 0) and (0, −2, −6); h = (8, 10, 18).
  expect([...(scores as tf.Tensor).dataSync()]).toEqual([0.5 * 1 * 8, 0.5 * 4 * 10, 0.5 * 1 * 18]);
});

test('a run cuts first what costs least', async () => {
  const model = line();
  const parts = partsFor(model);
  const run = await LiveRun.open({
    model,
    parameters: selectParameters(model).taken,
    sparsity: 1 / 3,
    threshold: parts.make(new Part('threshold', 'global')),
    train: samples,
    task: 'regression',
    loss,
    optimizer: parts.make(new Part('optimizer', 'sgd')),
    trainer: parts.make(new Part('trainer', 'tape')),
    batchSize: 2,
    budget: new Budget(2, 1),
    seed: 1,
  });
  await run.cut(parts.make(new Part('scorer', 'brainDamage')));
  expect([...(run.parameters[0]?.variable.dataSync() ?? [])]).toEqual([0, 2, -1]);
  await run.train(run.budget);
  await run.finish();
  expect(run.masks.sparsity).toBeCloseTo(1 / 3, 12);
  run.dispose();
});

test('without gradients it says what is missing', () => {
  expect(() => new PartContainer(registry).make(new Part('scorer', 'brainDamage'))).toThrow(
    'scorer "brainDamage" of @espalier-examples/brain-damage: cannot be made: its constructor injects GRADIENTS, which nothing here provides',
  );
});
