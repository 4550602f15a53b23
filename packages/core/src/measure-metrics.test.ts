import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Samples } from './data.ts';
import { measureMetrics } from './measure-metrics.ts';
import type { Metric } from './metric.ts';
import { make, useCpu } from './testing/make.ts';

beforeAll(useCpu);

/** A model that gives its input. */
const echo = (width: number) => tf.sequential({ layers: [tf.layers.activation({ activation: 'linear', inputShape: [width] })] });
const samplesOf = (inputs: number[][], labels: number[]): Samples => ({
  size: inputs.length,
  inputs: [{ shape: [inputs[0]?.length as number], data: Float32Array.from(inputs.flat()) }],
  targets: [{ shape: [], data: Int32Array.from(labels) }],
});
const measured = async (metric: unknown, samples: Samples, batchSize?: number) =>
  (await measureMetrics(echo(samples.inputs[0]?.shape[0] as number), samples, [make('metric', metric)], { batchSize }))[0];

const THREE = samplesOf(
  [
    [0.6, 0.3, 0.1],
    [0.6, 0.3, 0.1],
    [0.6, 0.3, 0.1],
    [0.1, 0.1, 0.8],
  ],
  [0, 1, 2, 2],
);

test('topK: the right class is among the k most probable ones, whatever the batches', async () => {
  for (const batchSize of [1, 3, 100]) {
    expect(await measured({ topK: { k: 1 } }, THREE, batchSize)).toBe(0.5);
    expect(await measured({ topK: { k: 2 } }, THREE, batchSize)).toBe(0.75);
    expect(await measured({ topK: { k: 3 } }, THREE, batchSize)).toBe(1);
  }
});

test('f1: the mean over the classes that occur', async () => {
  // Class 0: one hit of three answers and one sample, 2/4. Class 1: none. Class 2: one hit, one answer, two samples, 2/3.
  expect(await measured('f1', THREE)).toBeCloseTo((0.5 + 0 + 2 / 3) / 3, 9);
  expect(await measured('f1', samplesOf([[0.9, 0.1, 0]], [0]))).toBe(1);
});

test('one output unit is the probability of class 1; one-hot targets are classes', async () => {
  expect(await measured({ topK: { k: 1 } }, samplesOf([[0.9], [0.2], [0.6]], [1, 0, 0]))).toBeCloseTo(2 / 3, 9);
  const oneHot = { ...THREE, targets: [{ shape: [3], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1) }] };
  expect(await measured({ topK: { k: 2 } }, oneHot)).toBe(0.75);
});

test('with two outputs a metric is the mean of both', async () => {
  const input = tf.input({ shape: [1] });
  const outputs = [1, 3].map((factor) => {
    const layer = tf.layers.dense({ units: 1, useBias: false });
    const output = layer.apply(input) as tf.SymbolicTensor;
    layer.setWeights([tf.tensor2d([factor], [1, 1])]);
    return output;
  });
  const column = { shape: [1], data: Float32Array.of(2, 4) };
  const samples = { size: 2, inputs: [column], targets: [column, column] };
  const largest: Metric = { sums: (_, output) => tf.stack([output.sum(), tf.scalar(output.size)]), value: ([sum = 0, n = 1]) => sum / n };
  expect(await measureMetrics(tf.model({ inputs: input, outputs }), samples, [largest])).toEqual([6]);
});

describe('what a metric does wrong is told of by its name', () => {
  const wrong = (metric: Partial<Metric>) =>
    measureMetrics(echo(3), THREE, [{ sums: () => tf.zeros([1]), value: () => 0, ...metric }], { batchSize: 3 });

  test('it throws, gives no tensor, no number, or other sums for a smaller batch', async () => {
    const throwing = () => {
      throw new TypeError('of nothing');
    };
    const before = tf.memory().numTensors;
    await expect(wrong({ sums: throwing })).rejects.toThrow('Object: failed: of nothing');
    await expect(wrong({ sums: () => 1 as never })).rejects.toThrow('gives sums that are no tensor');
    await expect(wrong({ value: () => undefined as never })).rejects.toThrow('gives a value that is no number');
    await expect(wrong({ sums: (target) => target.toFloat() })).rejects.toThrow('gives 1 sums of a batch, and 3 of the one before');
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('nothing is left behind, and without metrics nothing is done', async () => {
  const model = echo(3);
  const before = tf.memory().numTensors;
  await measureMetrics(model, THREE, [make('metric', 'f1'), make('metric', 'topK')], { batchSize: 2 });
  expect(tf.memory().numTensors).toBe(before);
  expect(await measureMetrics(model, { ...THREE, inputs: [] }, [])).toEqual([]);
});
