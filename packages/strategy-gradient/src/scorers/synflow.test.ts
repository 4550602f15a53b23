import { modelParameters, type PrunableParameter, readWeights, selectParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { bed } from '../testing/bed.ts';
import { rounded, scoresOfOneNeuron } from '../testing/one-neuron.ts';

beforeAll(() => tf.setBackend('cpu'));

const { dense } = tf.layers;
const scoresOf = async (model: tf.LayersModel): Promise<number[][]> => {
  const { make, parameters } = bed.on({ model });
  const scores = await make('scorer', 'synflow').score(parameters, {} as never);
  return scores.map((score) => [...score.dataSync()]);
};

test('of one neuron it is each weight’s share of their size', async () => {
  expect(await scoresOfOneNeuron('synflow')).toEqual([0.25, 0.5, 0.25]);
});

/** Two inputs, two hidden units, one output: W = ((1, −2), (0, 3)), V = (4, −1); R = 1·4 + 2·1 + 3·1 = 9. */
function twoLayers(activation: 'relu' | 'tanh' | 'linear', last: 'softmax' | 'linear' | 'sigmoid'): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      dense({ name: 'first', units: 2, inputShape: [2], useBias: false, activation }),
      dense({ name: 'second', units: 1, useBias: false, activation: last }),
    ],
  });
  model.setWeights([tf.tensor2d([1, -2, 0, 3], [2, 2]), tf.tensor2d([4, -1], [2, 1])]);
  return model;
}

test('it is the share of the flow that goes through a weight, whatever the activations', async () => {
  for (const activation of ['relu', 'tanh', 'linear'] as const) {
    for (const last of ['softmax', 'linear', 'sigmoid'] as const) {
      const [first, second] = await scoresOf(twoLayers(activation, last));
      expect(rounded(first as number[])).toEqual(rounded([4 / 9, 2 / 9, 0, 3 / 9]));
      expect(rounded(second as number[])).toEqual(rounded([4 / 9, 5 / 9]));
    }
  }
});

test('a layer that clips or normalises what it is given is left out, and put back', async () => {
  const model = tf.sequential({
    layers: [dense({ units: 2, inputShape: [2], useBias: false }), tf.layers.reLU({ maxValue: 1 }), tf.layers.softmax()],
  });
  model.setWeights([tf.tensor2d([1, -2, 0, 3], [2, 2])]);
  const before = [...(model.predict(tf.ones([1, 2])) as tf.Tensor).dataSync()];
  const [scores] = await scoresOf(model);
  expect(rounded(scores as number[])).toEqual(rounded([1 / 6, 2 / 6, 0, 3 / 6]));
  expect([...(model.predict(tf.ones([1, 2])) as tf.Tensor).dataSync()]).toEqual(before);
});

test('a flow beyond the range of a float keeps its shares: 60 layers that multiply by about 8, or by a tenth', async () => {
  for (const weight of [5, 0.06]) {
    const layers = Array.from({ length: 60 }, () => dense({ units: 2, inputShape: [2], useBias: false, activation: 'relu' }));
    const model = tf.sequential({ layers });
    for (const { variable } of modelParameters(model)) variable.assign(tf.tensor2d([weight, -weight, weight, 0], [2, 2]));
    const scores = await scoresOf(model);
    for (const score of scores) {
      expect(score.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
      expect(Math.min(...score)).toBeGreaterThanOrEqual(0);
    }
  }
});

test('weights and activations are put back to the bit, also when it throws; no tensors are left', async () => {
  const model = twoLayers('tanh', 'softmax');
  const before = await readWeights(model);
  const tensors = tf.memory().numTensors;
  await scoresOf(model).then(() => {});
  const kept = tf.memory().numTensors - tensors;
  expect(kept).toBe(selectParameters(model).taken.length);
  const apply = model.apply;
  model.apply = () => {
    throw new Error('out of memory');
  };
  await expect(scoresOf(model)).rejects.toThrow('out of memory');
  model.apply = apply;
  expect(await readWeights(model)).toEqual(before);
  expect(model.layers.map((layer) => (layer.getConfig() as { activation: string }).activation)).toEqual(['tanh', 'softmax']);
  expect(tf.memory().numTensors - tensors).toBe(kept);
});

test('where nothing flows any more, all scores are zero', async () => {
  const model = twoLayers('relu', 'linear');
  model.setWeights([tf.zeros([2, 2]), tf.ones([2, 1])]);
  expect(await scoresOf(model)).toEqual([
    [0, 0, 0, 0],
    [0, 0],
  ]);
});

test('a net in which ones make no sense is refused by name', () => {
  const { make } = bed.on({ model: twoLayers('relu', 'linear') });
  const scorer = make('scorer', 'synflow');
  const why = (model: tf.LayersModel) => scorer.refuses?.(selectParameters(model).taken[0] as PrunableParameter, model);
  expect(why(tf.sequential({ layers: [tf.layers.lstm({ name: 'memory', units: 2, inputShape: [3, 1] }), dense({ units: 1 })] }))).toContain(
    '"memory" (LSTM) is not linear',
  );
  expect(why(tf.sequential({ layers: [tf.layers.conv1d({ filters: 1, kernelSize: 2, inputShape: [null, 2] as never })] }))).toContain(
    'has an open dimension',
  );
  expect(why(twoLayers('tanh', 'softmax'))).toBeUndefined();
  expect(bed.registry.find('scorer', 'synflow')?.plugin).toBe('@espalier/strategy-gradient');
});
