import { Calibration } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { recalibrate } from './recalibrate.ts';
import { shrink } from './shrink.ts';
import { disposeLoaded, outputsOf, randomise, randomNumbers, useCpu } from './testing/models.ts';

beforeAll(useCpu);

const FEATURES = 3;

function samples(size: number) {
  const random = randomNumbers(4);
  const data = Float32Array.from({ length: size * FEATURES }, () => random() * 4 - 1);
  return { size, inputs: [{ shape: [FEATURES], data }], targets: [{ shape: [1], data: new Float32Array(size) }] };
}

function net(): tf.LayersModel {
  return randomise(
    tf.sequential({
      layers: [
        tf.layers.batchNormalization({ name: 'first', inputShape: [FEATURES] }),
        tf.layers.dense({ name: 'hidden', units: 6, activation: 'relu' }),
        tf.layers.batchNormalization({ name: 'second' }),
        tf.layers.dense({ name: 'output', units: 1 }),
      ],
    }),
    9,
  );
}

test('mean and variance become those of all calibration samples, in batches of other sizes too', async () => {
  const model = net();
  const given = samples(20);
  const { numTensors } = tf.memory();
  await recalibrate(model, new Calibration(given, 8));
  expect(tf.memory().numTensors).toBe(numTensors);
  const [, , mean, variance] = (model.layers[0] as tf.layers.Layer).getWeights().map((weight) => [...weight.dataSync()]);
  for (let feature = 0; feature < FEATURES; feature++) {
    const column = Array.from({ length: given.size }, (_, i) => given.inputs[0]?.data[i * FEATURES + feature] as number);
    const expected = column.reduce((sum, x) => sum + x, 0) / given.size;
    expect(mean?.[feature]).toBeCloseTo(expected, 5);
    expect(variance?.[feature]).toBeCloseTo(column.reduce((sum, x) => sum + (x - expected) ** 2, 0) / given.size, 5);
  }
  disposeLoaded(model);
});

test('the second norm sees what the first one gives in training; the layers are as they were', async () => {
  const model = net();
  const given = samples(16);
  await recalibrate(model, new Calibration(given, 16));
  // On one batch, what is estimated is what training would normalise by: both ways give the same.
  const [inTraining, after] = tf.tidy(() => {
    const xs = tf.tensor2d(given.inputs[0]?.data as Float32Array, [16, FEATURES]);
    return [model.apply(xs, { training: true }), model.predict(xs)].map((each) => [...(each as tf.Tensor).dataSync()]);
  });
  after?.forEach((value, i) => {
    expect(value).toBeCloseTo(inTraining?.[i] as number, 3);
  });
  expect(outputsOf(model)[0]?.every(Number.isFinite)).toBe(true);
  disposeLoaded(model);
});

test('shrink estimates them on the new model, and leaves the given one alone', async () => {
  const model = net();
  const before = outputsOf(model);
  const plain = await shrink(model, { sparsity: 0.5 });
  const calibrated = await shrink(model, { sparsity: 0.5, calibration: new Calibration(samples(12), 6) });
  expect(calibrated.removal).toEqual(plain.removal);
  expect(outputsOf(calibrated.model)).not.toEqual(outputsOf(plain.model));
  expect(outputsOf(model)).toEqual(before);
  for (const each of [plain, calibrated]) each.model.dispose();
  disposeLoaded(model);
});
