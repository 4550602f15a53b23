import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { Calibration } from './calibration.ts';
import type { Samples } from './data.ts';
import { Gradients } from './gradients.ts';
import type { Loss } from './loss.ts';
import { loss, taken, useCpu } from './testing/make.ts';
import { tinyNet, tinySamples } from './testing/nets.ts';

beforeAll(useCpu);

const squared = loss('meanSquaredError');
/** y = w·x without a bias, w = (1, 2). */
function line(): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: 'line', units: 1, inputShape: [2], useBias: false })] });
  model.setWeights([tf.tensor2d([1, 2], [2, 1])]);
  return model;
}
/** Three samples whose errors y − t are 1, −2 and 3. */
const SAMPLES: Samples = {
  size: 3,
  inputs: [{ shape: [2], data: Float32Array.of(1, 0, 0, 1, 1, 1) }],
  targets: [{ shape: [1], data: Float32Array.of(0, 4, 0) }],
};
const gradientsOf = (model: tf.LayersModel, batchSize: number, samples = SAMPLES, by: Loss = squared) =>
  new Gradients(model, by, new Calibration(samples, batchSize));
async function numbers(tensors: Promise<tf.Tensor[]>): Promise<number[]> {
  return (await tensors).flatMap((tensor) => [...tensor.dataSync()]);
}

test('the mean gradient is by hand that of the mean loss, in batches of any size', async () => {
  // ∂(y − t)²/∂w = 2·error·x: (2, 0), (0, −4), (6, 6); the mean is (8, 2) / 3.
  for (const batchSize of [1, 2, 3, 10]) {
    const model = line();
    const mean = await numbers(gradientsOf(model, batchSize).mean(taken(model), (_, gradient) => gradient));
    expect(mean[0]).toBeCloseTo(8 / 3, 5);
    expect(mean[1]).toBeCloseTo(2 / 3, 5);
  }
});

test('a formula sees weight and gradient of each batch, weighted by its size', async () => {
  const model = line();
  // Batches of two and one: gradients ((2, 0) + (0, −4)) / 2 = (1, −2), and (6, 6). |w·g| = (1, 4) twice and (6, 12) once.
  const mean = await numbers(gradientsOf(model, 2).mean(taken(model), (weight, gradient) => tf.abs(tf.mul(weight, gradient))));
  expect(mean[0]).toBeCloseTo((2 * 1 + 6) / 3, 5);
  expect(mean[1]).toBeCloseTo((2 * 4 + 12) / 3, 5);
});

test('with a batch size of one a formula sees each sample’s own gradient', async () => {
  const model = line();
  const mean = await numbers(gradientsOf(model, 3).mean(taken(model), (_, gradient) => tf.square(gradient), { batchSize: 1 }));
  expect(mean[0]).toBeCloseTo((4 + 0 + 36) / 3, 5);
  expect(mean[1]).toBeCloseTo((0 + 16 + 36) / 3, 5);
});

test('through logits it is what tf.grads gives through the softmax', async () => {
  const model = tinyNet();
  const samples = tinySamples(12);
  const cross = loss('sparseCategoricalCrossentropy');
  const x = tf.tensor2d(samples.inputs[0]?.data as Float32Array, [12, 10]);
  const y = tf.oneHot(tf.tensor1d(samples.targets[0]?.data as Int32Array, 'int32'), 3);
  const { grads } = tf.variableGrads(() => tf.neg(tf.mean(tf.sum(tf.mul(y, tf.log(model.apply(x) as tf.Tensor)), -1))) as tf.Scalar);
  const ours = await gradientsOf(model, 5, samples, cross).mean(taken(model), (_, gradient) => gradient);
  taken(model).forEach(({ variable, shape }, i) => {
    expect(ours[i]?.shape).toEqual(shape);
    const theirs = (grads[variable.name] as tf.Tensor).dataSync();
    for (const [j, value] of [...(ours[i] as tf.Tensor).dataSync()].entries()) expect(value).toBeCloseTo(theirs[j] as number, 5);
  });
});

test('a parameter that the loss does not depend on has the gradient 0', async () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [2], activation: 'relu' }), tf.layers.dense({ units: 1 })],
  });
  const other = taken(line());
  expect(await numbers(gradientsOf(model, 3).mean([...taken(model), ...other], (_, gradient) => gradient))).toHaveLength(4 + 2 + 2);
  expect((await numbers(gradientsOf(model, 3).mean([...taken(model), ...other], (_, gradient) => gradient))).slice(-2)).toEqual([0, 0]);
});

test('dropout is off', async () => {
  const model = tf.sequential({
    layers: [tf.layers.dropout({ rate: 0.9, inputShape: [2] }), tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones' })],
  });
  const once = () => numbers(gradientsOf(model, 3).mean(taken(model), (_, gradient) => gradient));
  expect(await once()).toEqual(await once());
});

test('nothing is left but the result', async () => {
  const model = line();
  const before = tf.memory().numTensors;
  const result = await gradientsOf(model, 2).mean(taken(model), (weight, gradient) => tf.abs(tf.mul(weight, gradient)));
  expect(tf.memory().numTensors - before).toBe(1);
  tf.dispose(result);
  expect(tf.memory().numTensors).toBe(before);
});

test('a temperature divides the logits', async () => {
  const model = tinyNet();
  const samples = tinySamples(12);
  const cross = loss('sparseCategoricalCrossentropy');
  const hot = await gradientsOf(model, 12, samples, cross).mean(taken(model), (_, gradient) => gradient, { temperature: 4 });
  // Dividing the logits by 4 is what weights of a quarter do; the gradient by the whole weight is a quarter of theirs.
  const output = model.getLayer('output');
  output.setWeights(output.getWeights().map((weight) => tf.div(weight, 4)));
  const cool = await gradientsOf(model, 12, samples, cross).mean(taken(model), (_, gradient) => gradient);
  const [expected, got] = [cool[1], hot[1]].map((tensor) => [...(tensor as tf.Tensor).dataSync()]);
  expect(got).toHaveLength(36);
  for (const [i, value] of (expected ?? []).entries()) expect(got?.[i]).toBeCloseTo(value / 4, 6);
});
