import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { totalMacs, usesPerSample } from './macs.ts';
import { modelParameters } from './parameter.ts';
import { useCpu } from './testing/make.ts';

beforeAll(useCpu);
const L = tf.layers;

function single(inputShape: (number | null)[], layer: tf.layers.Layer): tf.LayersModel {
  const input = tf.input({ shape: inputShape });
  return tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
}
/** All weights count as nonzero. */
const dense = (model: tf.LayersModel): number =>
  totalMacs(modelParameters(model).map((parameter) => ({ ...parameter, nonzero: parameter.size })));

describe('multiply-accumulates of one sample, by hand', () => {
  test.each<[string, () => tf.LayersModel, number]>([
    ['dense: inputs × units', () => single([4], L.dense({ units: 3 })), 4 * 3],
    ['dense over a sequence: once per place', () => single([5, 4], L.dense({ units: 3 })), 5 * 4 * 3],
    ['conv1d: places × kernel', () => single([8, 2], L.conv1d({ filters: 3, kernelSize: 3 })), 6 * 3 * 2 * 3],
    ['conv2d, valid', () => single([8, 8, 2], L.conv2d({ filters: 3, kernelSize: 3 })), 36 * 9 * 2 * 3],
    [
      'conv2d, same, stride 2',
      () => single([8, 8, 2], L.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })),
      16 * 9 * 2 * 3,
    ],
    [
      'conv2d, channels first',
      () => single([2, 8, 8], L.conv2d({ filters: 3, kernelSize: 3, dataFormat: 'channelsFirst' })),
      36 * 9 * 2 * 3,
    ],
    ['conv3d', () => single([4, 4, 4, 1], L.conv3d({ filters: 2, kernelSize: 3 })), 8 * 27 * 2],
    [
      'conv2dTranspose: input places × kernel',
      () => single([4, 4, 2], L.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2 })),
      16 * 4 * 2 * 3,
    ],
    ['depthwiseConv2d: each channel by itself', () => single([8, 8, 2], L.depthwiseConv2d({ kernelSize: 3 })), 36 * 9 * 2],
    [
      'separableConv2d: depthwise, then 1×1',
      () => single([8, 8, 2], L.separableConv2d({ filters: 5, kernelSize: 3 })),
      36 * 9 * 2 + 36 * 2 * 5,
    ],
    ['embedding: a lookup', () => single([6], L.embedding({ inputDim: 10, outputDim: 4 })), 0],
    ['simpleRNN: per time step', () => single([5, 2], L.simpleRNN({ units: 3 })), 5 * (2 * 3 + 3 * 3)],
    ['lstm: four gates', () => single([5, 2], L.lstm({ units: 3 })), 5 * 4 * (2 * 3 + 3 * 3)],
    ['gru: three gates', () => single([5, 2], L.gru({ units: 3 })), 5 * 3 * (2 * 3 + 3 * 3)],
    [
      'bidirectional: twice',
      () => single([5, 2], L.bidirectional({ layer: L.lstm({ units: 3 }) as never, mergeMode: 'concat' })),
      2 * 5 * 4 * (2 * 3 + 3 * 3),
    ],
    ['timeDistributed', () => single([5, 4], L.timeDistributed({ layer: L.dense({ units: 3 }) })), 5 * 4 * 3],
    [
      'convLstm2d: time steps × places',
      () => single([5, 6, 6, 1], L.convLstm2d({ filters: 2, kernelSize: 3 }) as tf.layers.Layer),
      5 * 16 * 9 * (1 * 8 + 2 * 8),
    ],
    ['batchNormalization and biases: none', () => single([4], L.batchNormalization()), 0],
  ])('%s', (_, build, expected) => {
    expect(dense(build())).toBe(expected);
  });

  test('a shared layer counts each time it is used', () => {
    const shared = L.dense({ units: 4 });
    const input = tf.input({ shape: [4] });
    expect(dense(tf.model({ inputs: input, outputs: shared.apply(shared.apply(input)) as tf.SymbolicTensor }))).toBe(2 * 16);
  });

  test('a layer that is called outside the model as well counts the calls of the model alone', () => {
    const shared = L.dense({ units: 8 });
    const input = tf.input({ shape: [16] });
    const model = tf.model({ inputs: input, outputs: L.dense({ units: 4 }).apply(shared.apply(input)) as tf.SymbolicTensor });
    const other = tf.input({ shape: [16] });
    const second = tf.model({ inputs: other, outputs: shared.apply(other) as tf.SymbolicTensor });
    expect([dense(model), dense(second)]).toEqual([16 * 8 + 8 * 4, 16 * 8]);
  });

  test('a nested model that is called twice counts its layers twice, also within another', () => {
    const square = () => tf.sequential({ layers: [L.dense({ units: 16, inputShape: [16] })] });
    const twice = (inner: tf.LayersModel) => {
      const input = tf.input({ shape: [16] });
      return tf.model({ inputs: input, outputs: inner.apply(inner.apply(input)) as tf.SymbolicTensor });
    };
    expect(dense(twice(square()))).toBe(2 * 256);
    expect(dense(twice(twice(square())))).toBe(4 * 256);
    expect(dense(tf.sequential({ layers: [twice(square()), L.dense({ units: 4 })] }))).toBe(2 * 256 + 64);
  });

  test('a nested model counts on the shapes that it is called on, not on those that it was built on', () => {
    const inner = tf.sequential({ layers: [L.conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] as never })] });
    expect(dense(single([5, 5, 1], inner))).toBe(9 * 9 * 2);
  });

  test('a nested model counts its layers', () => {
    const inner = tf.sequential({ layers: [L.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }), L.flatten()] });
    expect(dense(tf.sequential({ layers: [inner, L.dense({ units: 2 })] }))).toBe(9 * 9 * 2 + 18 * 2);
  });

  test('an open dimension counts as one', () => {
    expect(dense(single([null, 2], L.lstm({ units: 3 })))).toBe(4 * (2 * 3 + 3 * 3));
  });

  test('only what is not zero counts', () => {
    const [kernel] = modelParameters(single([4], L.dense({ units: 3 })));
    if (kernel === undefined) expect.fail('no kernel');
    expect(totalMacs([{ ...kernel, nonzero: 5 }])).toBe(5);
    expect(usesPerSample(kernel)).toBe(1);
  });
});
