import { modelParameters, selectParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { bed } from '../testing/bed.ts';
import { rounded, scoresOfOneNeuron } from '../testing/one-neuron.ts';

beforeAll(() => tf.setBackend('cpu'));

const byLayer = { wanda: { compare: 'layer' } };

test('is the size of a weight times the norm of its input', async () => {
  // ‖x‖ = √(1 / 2), √(2 / 2), √(9 / 2).
  expect(rounded(await scoresOfOneNeuron(byLayer, 1))).toEqual(rounded([Math.SQRT1_2, 2, Math.sqrt(4.5)]));
  expect(rounded(await scoresOfOneNeuron(byLayer, 2))).toEqual(rounded([Math.SQRT1_2, 2, Math.sqrt(4.5)]));
});

test('within each output it is the rank', async () => {
  expect(rounded(await scoresOfOneNeuron('wanda'))).toEqual([0.3333, 0.6667, 1]);
});

/** One sample of 2×2 positions and two channels, (1, 0), (2, 0), (2, 1), (0, 2): norms 3 and √5. */
const IMAGE = { size: 1, inputs: [{ shape: [2, 2, 2], data: Float32Array.of(1, 0, 2, 0, 2, 1, 0, 2) }] };
async function scoresOf(layer: tf.layers.Layer, kernel: tf.Tensor): Promise<number[]> {
  const model = tf.sequential({ layers: [layer, tf.layers.flatten(), tf.layers.dense({ name: 'end', units: 1 })] });
  const [own] = modelParameters(model);
  own?.variable.assign(kernel);
  const samples = { ...IMAGE, targets: [{ shape: [1], data: new Float32Array(1) }] };
  const { make, parameters } = bed.on({ model, samples });
  const [scores] = await make('scorer', byLayer).score(parameters, {} as never);
  return rounded([...(scores as tf.Tensor).dataSync()], 3);
}
const common = { kernelSize: 1, useBias: false, inputShape: [2, 2, 2] };

test('a convolution’s weights take the norm of their input channel', async () => {
  // [1, 1, in, out], in tfjs's layout.
  expect(await scoresOf(tf.layers.conv2d({ ...common, filters: 3 }), tf.tensor4d([1, -2, 0, 1, 0, 3], [1, 1, 2, 3]))).toEqual([
    3, 6, 0, 2.236, 0, 6.708,
  ]);
});

test('a transposed one’s, too, whose kernel is [height, width, out, in]', async () => {
  expect(await scoresOf(tf.layers.conv2dTranspose({ ...common, filters: 3 }), tf.tensor4d([1, -2, 0, 1, 0, 3], [1, 1, 3, 2]))).toEqual([
    3, 4.472, 0, 2.236, 0, 6.708,
  ]);
});

test('and a depthwise one’s, whose kernel is [height, width, in, multiplier]', async () => {
  expect(await scoresOf(tf.layers.depthwiseConv2d({ ...common, depthMultiplier: 2 }), tf.tensor4d([1, -2, 0, 1], [1, 1, 2, 2]))).toEqual([
    3, 6, 0, 2.236,
  ]);
});

test('what it cannot score it says by name', () => {
  const { make } = bed.on({
    model: tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
  });
  const scorer = make('scorer', 'wanda');
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({ name: 'words', inputDim: 5, outputDim: 4, inputLength: 6 }),
      tf.layers.bidirectional({ name: 'both', layer: tf.layers.gru({ units: 3, returnSequences: true }) as never, mergeMode: 'concat' }),
      tf.layers.timeDistributed({ name: 'each', layer: tf.layers.dense({ units: 4 }) }),
      tf.layers.reshape({ targetShape: [6, 4, 1] }),
      tf.layers.separableConv2d({ name: 'apart', filters: 2, kernelSize: 2 }),
    ],
  });
  const refused = selectParameters(model).taken.map((parameter) => [parameter.name, scorer.refuses?.(parameter, model)] as const);
  expect(refused.map(([name, why]) => [name, why?.slice(0, 16)])).toEqual([
    ['words/embeddings', 'an embedding is '],
    ['both/forward/kernel', 'a recurrent laye'],
    ['both/forward/recurrent_kernel', 'a recurrent laye'],
    ['both/backward/kernel', 'a recurrent laye'],
    ['both/backward/recurrent_kernel', 'a recurrent laye'],
    [expect.stringMatching(/^each\/.*kernel$/), undefined],
    ['apart/depthwise_kernel', undefined],
    ['apart/pointwise_kernel', 'what comes in be'],
  ]);
});
