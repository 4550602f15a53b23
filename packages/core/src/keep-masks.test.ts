import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { keepMasks } from './keep-masks.ts';
import { Mask } from './mask.ts';
import { MaskSet } from './mask-set.ts';
import { taken, useCpu, weightsOf } from './testing/make.ts';
import { tinyNet, tinySamples } from './testing/nets.ts';

beforeAll(useCpu);

const samples = tinySamples(40);
const xs = () => tf.tensor2d(samples.inputs[0]?.data as Float32Array, [40, 10]);
const ys = () => tf.tensor1d(samples.targets[0]?.data as Int32Array, 'float32');

/** Every third weight of each kernel is pruned. */
function masksFor(model: tf.LayersModel): MaskSet {
  const masks = new MaskSet(taken(model));
  for (const parameter of masks.parameters) masks.set(parameter, Mask.of(Array.from({ length: parameter.size }, (_, i) => i % 3)));
  return masks;
}

const OPTIMIZERS: [string, () => tf.Optimizer][] = [
  ['sgd', () => tf.train.sgd(0.1)],
  ['momentum', () => tf.train.momentum(0.1, 0.9)],
  ['Nesterov’s momentum', () => tf.train.momentum(0.1, 0.9, true)],
  ['adam', () => tf.train.adam(0.01)],
  ['adamax', () => tf.train.adamax(0.01)],
  ['adagrad', () => tf.train.adagrad(0.01)],
  ['adadelta', () => tf.train.adadelta(0.1)],
  ['rmsprop', () => tf.train.rmsprop(0.01, 0.9, 0.9)],
  ['rmsprop, centred', () => tf.train.rmsprop(0.01, 0.9, 0.9, 1e-7, true)],
];

describe('through a plain compile and fit', () => {
  test.each(OPTIMIZERS)('pruned weights and what %s remembers of them are exactly zero, the others move', async (_, inner) => {
    const model = tinyNet();
    const masks = masksFor(model);
    const before = weightsOf(model);
    const optimizer = keepMasks(inner(), masks);
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
    await model.fit(xs(), ys(), { epochs: 3, batchSize: 16, verbose: 0 });
    await masks.verify('after fit');
    for (const { name, size } of masks.parameters) {
      const changed = weightsOf(model)[name]?.filter((weight, i) => weight !== before[name]?.[i]).length as number;
      expect(changed).toBeGreaterThan(size / 3);
    }
    // tfjs's Adamax cannot give its state.
    const remembered = optimizer.getClassName() === 'Adamax' ? [] : await optimizer.getWeights();
    for (const { name, tensor } of remembered) {
      const values = [...tensor.dataSync()];
      if (name.includes('kernel')) expect(values.filter((value, i) => i % 3 === 0 && value !== 0)).toEqual([]);
    }
  });

  test('it trains as the bare optimiser does where nothing is pruned', async () => {
    const fit = async (wrap: (optimizer: tf.Optimizer, masks: MaskSet) => tf.Optimizer) => {
      const model = tinyNet();
      model.compile({ optimizer: wrap(tf.train.adam(0.01), new MaskSet(taken(model))), loss: 'sparseCategoricalCrossentropy' });
      await model.fit(xs(), ys(), { epochs: 2, batchSize: 40, verbose: 0 });
      return weightsOf(model);
    };
    const wrapped = await fit(keepMasks);
    expect(wrapped).toEqual(await fit((optimizer) => optimizer));
  });

  test('a weight that is pruned in the middle is zero from the next update on', async () => {
    const model = tinyNet();
    const masks = new MaskSet(taken(model));
    model.compile({ optimizer: keepMasks(tf.train.momentum(0.1, 0.9), masks), loss: 'sparseCategoricalCrossentropy' });
    await model.fit(xs(), ys(), { epochs: 2, verbose: 0 });
    for (const parameter of masks.parameters) masks.set(parameter, Mask.of(Array.from({ length: parameter.size }, (_, i) => i % 2)));
    await model.fit(xs(), ys(), { epochs: 2, verbose: 0 });
    await masks.verify('after fit');
  });

  test('no tensor is left behind by an update', async () => {
    const model = tinyNet();
    const masks = masksFor(model);
    model.compile({ optimizer: keepMasks(tf.train.adam(0.01), masks), loss: 'sparseCategoricalCrossentropy' });
    const [x, y] = [xs(), ys()];
    await model.fit(x, y, { epochs: 1, verbose: 0 });
    const before = tf.memory().numTensors;
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('through minimize, for a loop of one’s own', () => {
  const model = tinyNet();
  const masks = masksFor(model);
  const optimizer = keepMasks(tf.train.adam(0.01), masks);
  for (let i = 0; i < 3; i++) optimizer.minimize(() => tf.mean(tf.square(model.apply(xs()) as tf.Tensor)) as tf.Scalar);
  for (const { name } of masks.parameters) expect(weightsOf(model)[name]?.filter((weight, i) => i % 3 === 0 && weight !== 0)).toEqual([]);
});

test('it is still an optimiser, with the inner one’s settings', () => {
  const optimizer = keepMasks(tf.train.momentum(0.1, 0.9), new MaskSet([]));
  expect(optimizer).toBeInstanceOf(tf.Optimizer);
  expect(optimizer.getConfig()).toMatchObject({ learningRate: 0.1, momentum: 0.9 });
});
