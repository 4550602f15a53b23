import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { LiveRun } from '../live-run.ts';
import { selectParameters } from '../select-parameters.ts';
import { make, taken, useCpu } from '../testing/make.ts';
import { partsOf } from '../testing/runs.ts';

beforeAll(useCpu);

const unit = () => make('granularity', 'unit');
const dense = (name: string, inputShape?: number[]) => tf.layers.dense({ name, units: 3, inputShape });
const takenByUnits = (model: tf.LayersModel) => selectParameters(model, [], unit()).taken.map(({ layer }) => layer.name);
const apply = (layer: tf.layers.Layer, input: tf.SymbolicTensor | tf.SymbolicTensor[]) => layer.apply(input) as tf.SymbolicTensor;

describe('units that the model gives are never cut', () => {
  test('those of the last layer', () => {
    const model = tf.sequential({ layers: [dense('hidden', [2]), dense('last')] });
    expect(takenByUnits(model)).toEqual(['hidden']);
    const { left } = selectParameters(model, [], unit());
    expect(left.find(({ name }) => name === 'last/kernel')?.why).toBe('its units are the model’s outputs');
  });

  test('also where activations, norms and dropout come after them', () => {
    const after = [
      tf.layers.batchNormalization(),
      tf.layers.leakyReLU(),
      tf.layers.prelu(),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.softmax(),
    ];
    expect(takenByUnits(tf.sequential({ layers: [dense('hidden', [2]), dense('last'), ...after] }))).toEqual(['hidden']);
  });

  test('of each output, and of both branches that are added', () => {
    const input = tf.input({ shape: [2] });
    const hidden = apply(dense('hidden'), input);
    const sum = apply(tf.layers.add(), [apply(dense('left'), hidden), apply(dense('right'), hidden)]);
    const other = apply(dense('other'), hidden);
    expect(takenByUnits(tf.model({ inputs: input, outputs: [sum, other] }))).toEqual(['hidden']);
  });

  test('of nested models, and of what comes before one that only passes on', () => {
    const inner = tf.sequential({ name: 'inner', layers: [dense('one', [3]), dense('two')] });
    expect(takenByUnits(tf.sequential({ layers: [dense('hidden', [2]), inner] }))).toEqual(['hidden', 'one']);
    const passing = tf.sequential({ name: 'passing', layers: [tf.layers.activation({ activation: 'relu', inputShape: [3] })] });
    expect(takenByUnits(tf.sequential({ layers: [dense('hidden', [2]), dense('last'), passing] }))).toEqual(['hidden']);
  });

  test('of what a shared activation passes on in that use', () => {
    const input = tf.input({ shape: [2] });
    const relu = tf.layers.reLU();
    const hidden = apply(relu, apply(dense('hidden'), input));
    expect(takenByUnits(tf.model({ inputs: input, outputs: apply(relu, apply(dense('last'), hidden)) }))).toEqual(['hidden']);
  });
});

test('a run that is to cut them all the same is refused, by name', async () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ name: 'hidden', units: 4, inputShape: [10] }), tf.layers.dense({ name: 'output', units: 3 })],
  });
  await expect(LiveRun.open(partsOf({ model, parameters: taken(model), granularity: unit() }))).rejects.toThrow(
    'granularity "unit" of @espalier/core: cannot cut output/kernel (Dense): its units are the model’s outputs',
  );
});
