import { Mask, MaskSet, modelParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { carryOptimizer, carryTraining } from './carry-state.ts';
import { shrink } from './shrink.ts';
import { masksOf } from './testing/check-removal.ts';
import { disposeLoaded, randomise, useCpu } from './testing/models.ts';

beforeAll(useCpu);

function net(): tf.LayersModel {
  const input = tf.input({ shape: [3], name: 'input' });
  const hidden = tf.layers.dense({ name: 'hidden', units: 4, activation: 'relu' }).apply(input) as tf.SymbolicTensor;
  const output = tf.layers.dense({ name: 'output', units: 1 }).apply(hidden) as tf.SymbolicTensor;
  return randomise(tf.model({ inputs: input, outputs: output }), 3);
}

const GONE = { units: { hidden: { of: 4, removed: [1, 3] } }, bypassed: [] };

/** Columns 0 and 2 of four. */
const columns = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => i % 4 === 0 || i % 4 === 2);
const rows = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => i === 0 || i === 2);

async function fit(model: tf.LayersModel, epochs: number): Promise<number> {
  const xs = tf.tensor2d(
    Array.from({ length: 24 }, (_, i) => Math.sin(i)),
    [8, 3],
  );
  const ys = tf.tensor2d(
    Array.from({ length: 8 }, (_, i) => Math.cos(i)),
    [8, 1],
  );
  const { history } = await model.fit(xs, ys, { epochs, batchSize: 8, shuffle: false, verbose: 0 });
  tf.dispose([xs, ys]);
  return history['loss']?.at(-1) as number;
}

test('Adam’s moments go with their weights, and training goes on as if nothing had been there', async () => {
  const model = net();
  // Units that are silent from the start have no moments.
  const masks = await masksOf(model, GONE);
  const compiled = { optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' };
  model.compile(compiled);
  await fit(model, 3);
  const [iterations, ...before] = await (model.optimizer as tf.Optimizer).getWeights();
  const numbers = await Promise.all(before.map(({ tensor }) => tensor.data()));

  const shrunk = await shrink(model, masks);
  shrunk.model.compile({ ...compiled, optimizer: tf.train.adam(0.05) });
  await carryOptimizer(model, shrunk);
  const [carriedIterations, ...after] = await (shrunk.model.optimizer as tf.Optimizer).getWeights();
  expect((await carriedIterations?.tensor.data())?.[0]).toBe((await iterations?.tensor.data())?.[0]);
  const [kernel, bias, output, outputBias] = numbers.slice(4) as Float32Array[];
  expect(await Promise.all(after.slice(4).map(async ({ tensor }) => [...(await tensor.data())]))).toEqual([
    columns(kernel as Float32Array),
    columns(bias as Float32Array),
    rows(output as Float32Array),
    [...(outputBias as Float32Array)],
  ]);
  expect(await fit(shrunk.model, 5)).toBeCloseTo(await fit(model, 5), 6);
  masks.dispose();
  shrunk.model.dispose();
  disposeLoaded(model);
});

test('the state of a trainer of ours is cut the same way', async () => {
  const model = net();
  const parameters = modelParameters(model).map((parameter) => ({ ...parameter, sparsity: undefined }));
  const masks = new MaskSet(parameters);
  for (const parameter of parameters.slice(0, 2)) {
    masks.set(parameter, Mask.of(Float32Array.from({ length: parameter.size }, (_, i) => (i % 2 === 0 ? 1 : 0))));
  }
  const slots = Object.fromEntries(parameters.map(({ name, size }) => [`${name}/m`, Float32Array.from({ length: size }, (_, i) => i)]));
  const shrunk = await shrink(model, masks);
  expect(shrunk.removal).toEqual(GONE);
  const carried = carryTraining({ updates: 7, slots }, shrunk);
  expect(carried).toEqual({
    updates: 7,
    slots: {
      'hidden/kernel/m': Float32Array.of(0, 2, 4, 6, 8, 10),
      'hidden/bias/m': Float32Array.of(0, 2),
      'output/kernel/m': Float32Array.of(0, 2),
      'output/bias/m': Float32Array.of(0),
    },
  });
  masks.dispose();
  shrunk.model.dispose();
  disposeLoaded(model);
});

test('a model that was never compiled has nothing to carry', async () => {
  const model = net();
  const shrunk = await shrink(model, { sparsity: 0.5 });
  await expect(carryOptimizer(model, shrunk)).rejects.toThrow('carryOptimizer: the model has no optimiser. Call compile first');
  shrunk.model.dispose();
  disposeLoaded(model);
});
