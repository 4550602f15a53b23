import { corePlugin, measureMetrics, Part, PartContainer, Registry, type Samples } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const metric = new PartContainer(new Registry([corePlugin, plugin])).make(new Part('metric', 'calibrationError', { bins: 10 }));

/** A model that gives its input: the probabilities of two classes. */
const echo = () => tf.sequential({ layers: [tf.layers.activation({ activation: 'linear', inputShape: [2] })] });
function sure(certainties: number[], labels: number[]): Samples {
  return {
    size: labels.length,
    inputs: [{ shape: [2], data: Float32Array.from(certainties.flatMap((p) => [p, 1 - p])) }],
    targets: [{ shape: [], data: Int32Array.from(labels) }],
  };
}

test('0.8 sure and right in four of five is calibrated', async () => {
  const [error] = await measureMetrics(echo(), sure([0.8, 0.8, 0.8, 0.8, 0.8], [0, 0, 0, 0, 1]), [metric]);
  expect(error).toBeCloseTo(0, 6);
});

test('each bin counts by how many answers fall into it', async () => {
  // 0.95 sure and wrong, 0.65 sure and right: (0.95 + 0.35) / 2.
  const samples = sure([0.95, 0.65], [1, 0]);
  const before = tf.memory().numTensors;
  expect((await measureMetrics(echo(), samples, [metric]))[0]).toBeCloseTo(0.65, 6);
  expect((await measureMetrics(echo(), samples, [metric], { batchSize: 1 }))[0]).toBeCloseTo(0.65, 6);
  expect(tf.memory().numTensors).toBe(before);
});
