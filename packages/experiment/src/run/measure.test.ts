import { useBackend } from '@espalier/backend-node';
import { MaskSet, type Samples, SparseCategoricalCrossentropy, selectParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { countNonzero, latencies, measure } from './measure.ts';
import './testing/experiments.ts';

beforeAll(() => useBackend({ choice: 'cpu' }));

/** Says class 1 where the second input is the greater one: no bias, and one weight of the first kernel is zero. */
function comparing(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: 'first', units: 2, inputShape: [2] }),
      tf.layers.dense({ name: 'last', units: 2, activation: 'softmax' }),
    ],
  });
  model.setWeights([tf.tensor2d([1, 0, 0.5, 1], [2, 2]), tf.zeros([2]), tf.tensor2d([1, -1, -1, 1], [2, 2]), tf.zeros([2])]);
  return model;
}

const samples = (points: number[][], labels: number[]): Samples => ({
  size: labels.length,
  inputs: [{ shape: [2], data: Float32Array.from(points.flat()) }],
  targets: [{ shape: [], data: Int32Array.from(labels) }],
});

test('accuracy on the test samples, and on as many of the training samples; parameters, zeros, MACs by hand', async () => {
  const model = comparing();
  const before = tf.memory().numTensors;
  const measured = await measure(model, {
    task: 'classification',
    loss: new SparseCategoricalCrossentropy(),
    // Of the first two one is right; the third is not asked.
    train: samples(
      [
        [4, 0],
        [4, 0],
        [4, 0],
      ],
      [0, 1, 1],
    ),
    test: samples(
      [
        [4, 0],
        [0, 4],
      ],
      [0, 1],
    ),
    bytes: 48,
  });
  expect(measured).toMatchObject({ accuracy: 1, trainAccuracy: 0.5, parameters: 12, nonzero: 11, bytes: 48, macs: 7 });
  expect(measured.sparsity).toBeUndefined();
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});

test('the sparsity is that of the masks', async () => {
  const model = comparing();
  const masks = new MaskSet(selectParameters(model).taken);
  const options = { task: 'classification' as const, loss: new SparseCategoricalCrossentropy(), bytes: 1 };
  const data = samples([[4, 0]], [0]);
  expect((await measure(model, { ...options, train: data, test: data, masks })).sparsity).toBe(0);
  masks.dispose();
  model.dispose();
});

test('zeros of kernels are counted, those of biases are parameters all the same', async () => {
  const model = comparing();
  expect((await countNonzero(model)).map(({ name, size, nonzero }) => [name, size, nonzero])).toEqual([
    ['first/kernel', 4, 3],
    ['first/bias', 2, 2],
    ['last/kernel', 4, 4],
    ['last/bias', 2, 2],
  ]);
  model.dispose();
});

test('a size that the model leaves open is that of the samples: one of 1 would be too small for a window of 3', async () => {
  const layers = [
    tf.layers.conv1d({ filters: 2, kernelSize: 3, inputShape: [null, 4] as never }),
    tf.layers.globalAveragePooling1d({ inputShape: [null, 2] as never }),
  ];
  const model = tf.sequential({ layers });
  const column = { shape: [7, 4], data: new Float32Array(28) };
  const [time] = await latencies([model], {
    samples: { size: 1, inputs: [column], targets: [{ shape: [2], data: new Float32Array(2) }] },
    seconds: 0.05,
  });
  expect(time).toBeGreaterThan(0);
  model.dispose();
});

test('a latency per model, in seconds at most, and no tensors left', async () => {
  const models = [comparing(), comparing()];
  const before = tf.memory().numTensors;
  const started = performance.now();
  const times = await latencies(models, { samples: samples([[4, 0]], [0]), seconds: 0.05, rounds: 100_000 });
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(times).toHaveLength(2);
  for (const time of times) expect(time).toBeGreaterThan(0);
  expect(tf.memory().numTensors).toBe(before);
  for (const model of models) model.dispose();
});
