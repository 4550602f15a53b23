import { type ModelTask, modelParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { messageOf } from './testing/files.ts';
import { MNIST_TASK, modelSource } from './testing/part.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

async function build(name: string, options: Record<string, unknown> = {}, task: ModelTask = MNIST_TASK): Promise<tf.LayersModel> {
  return modelSource(name, options).build(task);
}

function values(model: tf.LayersModel): Record<string, number[]> {
  return Object.fromEntries(modelParameters(model).map(({ name, variable }) => [name, [...variable.dataSync()]]));
}

describe('parameters and their names', () => {
  test('784-128-64-10 has the 109,386 parameters of the classic example, named as in Keras', async () => {
    const model = await build('mlp');
    expect(model.countParams()).toBe(784 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10);
    expect(model.countParams()).toBe(109_386);
    expect(modelParameters(model).map(({ name }) => name)).toEqual([
      'dense/kernel',
      'dense/bias',
      'dense_1/kernel',
      'dense_1/bias',
      'output/kernel',
      'output/bias',
    ]);
    model.dispose();
  });

  test('names do not depend on what was built before', async () => {
    const models = [await build('mlp'), await build('mlp')];
    const [first, second] = models.map((model) => modelParameters(model).map(({ name }) => name));
    expect(second).toEqual(first);
    for (const model of models) model.dispose();
  });

  test.each([
    ['lenet-300-100', {}, 266_610],
    ['lenet-5', {}, 431_080],
    // 1·32·9 + 32·32·9 + (32·64 + 64·64)·9 + (64·128 + 128·128)·9, four numbers per normalised filter, 3·3·128·128 + 128, 1290.
    ['vgg', {}, 288 + 9216 + 18_432 + 36_864 + 73_728 + 147_456 + 4 * 2 * (32 + 64 + 128) + 147_584 + 1290],
    // Stem 1·16·9; stages 16·16·9·2, 16·32·9 + 32·32·9, 32·64·9 + 64·64·9; shortcuts 16·32, 32·64; norms; 64·10 + 10.
    ['resnet', {}, 144 + 4608 + 13_824 + 55_296 + 512 + 2048 + 4 * (16 * 3 + 32 * 3 + 64 * 3) + 650],
  ])('%s on MNIST', async (name, options, count) => {
    const model = await build(name, options);
    expect(model.countParams()).toBe(count);
    expect(model.layers.at(-1)?.name).toBe('output');
    model.dispose();
  });

  test('every layer of a ResNet says where it stands', async () => {
    const model = await build('resnet', { widths: [4, 8], blocks: 2 });
    expect(modelParameters(model).map(({ name }) => name)).toContain('stage2_block1_shortcut_conv/kernel');
    expect(modelParameters(model).map(({ name }) => name)).not.toContain('stage2_block2_shortcut_conv/kernel');
    model.dispose();
  });

  test('batch normalisation takes the place of the bias', async () => {
    const model = await build('mlp', { hidden: [8], batchNorm: true, dropout: 0.5 });
    expect(model.layers.map(({ name }) => name)).toEqual(['input', 'dense', 'batch_normalization', 'activation', 'dropout', 'output']);
    expect(modelParameters(model).map(({ name }) => name)).not.toContain('dense/bias');
    model.dispose();
  });
});

describe.each(['mlp', 'lenet-300-100', 'lenet-5', 'vgg', 'resnet'])('%s', (name) => {
  test('starts the same from the same seed, and differently from another', async () => {
    const [first, again, other] = [await build(name), await build(name), await build(name, {}, { ...MNIST_TASK, seed: 2 })];
    expect(values(again)).toEqual(values(first));
    for (const [parameter, numbers] of Object.entries(values(other))) {
      if (parameter.endsWith('kernel')) expect(numbers, parameter).not.toEqual(values(first)[parameter]);
    }
    for (const model of [first, again, other]) model.dispose();
  });

  test('gives probabilities of the classes, or values for a regression', async () => {
    const before = tf.memory().numTensors;
    const classifier = await build(name, {}, { ...MNIST_TASK, outputs: 3 });
    const regressor = await build(name, {}, { ...MNIST_TASK, task: 'regression', outputs: 2 });
    tf.tidy(() => {
      const input = tf.randomNormal([2, ...(classifier.inputs[0] as tf.SymbolicTensor).shape.slice(1)] as number[], 0, 1, 'float32', 7);
      const probabilities = classifier.predict(input) as tf.Tensor;
      expect(probabilities.shape).toEqual([2, 3]);
      for (const sum of tf.sum(probabilities, 1).dataSync()) expect(sum).toBeCloseTo(1, 5);
      expect((regressor.predict(input) as tf.Tensor).shape).toEqual([2, 2]);
    });
    classifier.dispose();
    regressor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('layers of one shape start differently', async () => {
  const model = await build('mlp', { hidden: [32, 32, 32] }, { ...MNIST_TASK, inputShapes: [[32]] });
  const kernels = Object.entries(values(model)).filter(([name]) => name.startsWith('dense') && name.endsWith('kernel'));
  expect(kernels).toHaveLength(3);
  expect(new Set(kernels.map(([, numbers]) => numbers.join())).size).toBe(3);
  model.dispose();
});

test('weights start within the limits of Glorot and Bengio', async () => {
  const model = await build('mlp');
  const limit = Math.sqrt(6 / (784 + 128));
  const kernel = values(model)['dense/kernel'] as number[];
  const spread = Math.max(...kernel.map(Math.abs));
  expect(spread).toBeLessThanOrEqual(limit);
  expect(spread).toBeGreaterThan(limit * 0.99);
  model.dispose();
});

test.each([
  ['leCunUniform', 1],
  // tfjs cuts a normal distribution off at two deviations, and does not make up for what that takes off its variance.
  ['leCunNormal', 0.774],
  ['heUniform', 2],
])('all kernels start as "initializer: %s" says', async (initializer, expected) => {
  for (const name of ['lenet-5', 'lenet-300-100', 'mlp', 'vgg', 'resnet']) {
    const model = await build(name, { initializer });
    const kernels = modelParameters(model).filter(({ name, variable }) => name.endsWith('kernel') && variable.size >= 2000);
    expect(kernels.length, name).toBeGreaterThan(1);
    for (const { name: parameter, variable } of kernels) {
      const inputs = variable.size / (variable.shape.at(-1) as number);
      const variance = tf.tidy(() => tf.moments(variable).variance.dataSync()[0] as number);
      expect((variance * inputs) / expected, parameter).toBeGreaterThan(0.9);
      expect((variance * inputs) / expected, parameter).toBeLessThan(1.1);
    }
    model.dispose();
  }
});

test('grey images may come without a channel, and colour images of odd sizes fit', async () => {
  for (const [name, shape] of [
    ['lenet-5', [28, 28]],
    ['vgg', [33, 21, 3]],
    ['resnet', [17, 30, 3]],
  ] as const) {
    const model = await build(name, {}, { ...MNIST_TASK, inputShapes: [[...shape]] });
    expect(model.outputs[0]?.shape).toEqual([null, 10]);
    model.dispose();
  }
});

describe('data that a model cannot take', () => {
  test.each([
    [
      'lenet-5',
      [[784]],
      'lenet-5: takes images [height, width, channels], but the data has [784]. Choose another model, such as mlp, or data that keeps the shape of its images',
    ],
    ['vgg', [[4, 28, 1]], 'vgg: takes images of 8×8 or more, but the data has 4×28'],
    ['mlp', [[3], [4]], 'mlp: takes one input, but the data has 2. Write a model of your own and name it with "module"'],
  ])('%s', async (name, inputShapes, message) => {
    expect(await messageOf(() => build(name, {}, { ...MNIST_TASK, inputShapes }))).toBe(message);
  });
});
