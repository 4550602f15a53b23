import { corePlugin, type ModelTask, Part, PartContainer, Registry, selectParameters } from '@espalier/core';
import { testModel } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

testModel(plugin, { skip: { width: 8, blocks: 2 } });

beforeAll(() => tf.setBackend('cpu'));

const source = new PartContainer(new Registry([corePlugin, plugin])).make(new Part('model', 'skip', { width: 8, blocks: 2 }));
const task: ModelTask = { inputShapes: [[3]], task: 'classification', outputs: 4, seed: 7 };
const weightsOf = (model: tf.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

test('every layer of it can be pruned, and it gives what the task asks for', async () => {
  const model = await source.build(task);
  expect(selectParameters(model).taken.map(({ name }) => name)).toEqual([
    'first/kernel',
    'block_1/kernel',
    'block_2/kernel',
    'output/kernel',
  ]);
  const output = model.predict(tf.ones([5, 3])) as tf.Tensor;
  expect(output.shape).toEqual([5, 4]);
  for (const sum of output.sum(1).dataSync()) expect(sum).toBeCloseTo(1, 5);
});

test('a block adds to what came in: with its weights zero, it is not there', async () => {
  const model = await source.build(task);
  const before = model.predict(tf.ones([1, 3])) as tf.Tensor;
  for (const name of ['block_1', 'block_2']) model.getLayer(name).setWeights([tf.zeros([8, 8]), tf.zeros([8])]);
  const without = model.predict(tf.ones([1, 3])) as tf.Tensor;
  const [first, output] = ['first', 'output'].map((name) => model.getLayer(name));
  const expected = output?.apply(first?.apply(tf.ones([1, 3])) as tf.Tensor) as tf.Tensor;
  expect([...without.dataSync()]).toEqual([...expected.dataSync()]);
  expect([...before.dataSync()]).not.toEqual([...without.dataSync()]);
});

test('the same seed builds the same net', async () => {
  expect(weightsOf(await source.build(task))).toEqual(weightsOf(await source.build(task)));
  expect(weightsOf(await source.build({ ...task, seed: 8 }))).not.toEqual(weightsOf(await source.build(task)));
});
