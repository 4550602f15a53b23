import { corePlugin, type ModelTask, modelParameters, Part, PartContainer, Registry } from '@espalier/core';
import { testModel } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

/** Made as a run makes it: options are checked, defaults filled in. */
const source = (options = {}) => new PartContainer(new Registry([corePlugin, plugin])).make(new Part('model', 'acme', options));
const digits: ModelTask = { inputShapes: [[28, 28, 1]], task: 'classification', outputs: 10, seed: 1 };

// What every model promises: it is built for its task, by the seed, with named layers and weights that can be pruned.
testModel(plugin, 'acme');

test('each layer is half as wide as the one before it', async () => {
  const model = await source({ units: 32, layers: 3 }).build(digits);
  const kernels = modelParameters(model).filter(({ shape }) => shape.length === 2);
  expect(kernels.map(({ shape }) => shape)).toEqual([
    [784, 32],
    [32, 16],
    [16, 8],
    [8, 10],
  ]);
});

test('it ends in the probabilities of the classes', async () => {
  const model = await source().build(digits);
  const [sum = 0] = (model.predict(tf.ones([1, 784])) as tf.Tensor).sum().dataSync();
  expect(sum).toBeCloseTo(1, 5);
});

test('the same seed builds the same weights, another one others', async () => {
  const first = async (seed: number) => (await source().build({ ...digits, seed })).getWeights()[0]?.dataSync();
  expect(await first(1)).toEqual(await first(1));
  expect(await first(2)).not.toEqual(await first(1));
});

test('options that cannot be are refused', () => {
  expect(() => source({ layers: 0 })).toThrow('layers');
});
