import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { shapeRuleOf } from '../../surgery/src/testing/shape-rules.ts';
import { sparseRuleOf } from './compile/sparse-rule.ts';
import { compileSparse } from './index.ts';
import { differenceOf, modelOf, sparsified, worstDifference } from './testing/compare.ts';

const L = tf.layers;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Of what is the same number but for rounding. */
const ROUNDING = 1e-5;

const ACTIVATIONS =
  'linear relu relu6 elu selu sigmoid hardSigmoid tanh softplus softsign softmax logSoftmax swish mish gelu gelu_new'.split(' ');
const IMAGE = [9, 7, 3];
const SEQUENCE = [6, 5];
const VOLUME = [4, 6, 5, 3];
const FILM = [3, 6, 5, 3];
const CHANNELS_FIRST = 'channelsFirst' as const;

const conv = (options: object) => L.conv2d({ filters: 6, kernelSize: 3, ...options });
const conv3d = (options: object) => L.conv3d({ filters: 6, kernelSize: 3, ...options });
const recurrent = (options: object) => ({ units: 5, biasInitializer: 'glorotNormal' as const, ...options });

const convLstm = (options: object) =>
  L.convLstm2d({ filters: 4, kernelSize: 3, biasInitializer: 'glorotNormal', ...options } as never) as tf.layers.Layer;
const rnn = (cell: object, options: object = {}) => L.rnn({ cell, ...options } as never) as tf.layers.Layer;
const stack = () => [
  L.lstmCell(recurrent({ units: 4 })),
  L.gruCell(recurrent({ units: 7, recurrentActivation: 'sigmoid' })),
  L.simpleRNNCell(recurrent({ useBias: false })),
];

type Case = readonly [shape: readonly number[], ...layers: tf.layers.Layer[]];

/** Made when the test runs: layers are made under the backend that the tests set. */
const CASES: Readonly<Record<string, () => Case>> = {
  'Dense without bias': () => [[8], L.dense({ units: 3, useBias: false })],
  'Dense on a sequence': () => [SEQUENCE, L.dense({ units: 7, activation: 'tanh' })],
  'Dense on an image': () => [IMAGE, L.dense({ units: 7, activation: 'softmax' })],
  'Dense on one place': () => [[1, 1, 8], L.dense({ units: 6 })],
  Conv1D: () => [[9, 4], L.conv1d({ filters: 5, kernelSize: 3 })],
  'Conv1D dilated': () => [[9, 4], L.conv1d({ filters: 5, kernelSize: 3, dilationRate: 2 })],
  'Conv1D same, stride 2': () => [[9, 4], L.conv1d({ filters: 5, kernelSize: 4, padding: 'same', strides: 2, activation: 'relu' })],
  'Conv1D to one step': () => [[3, 4], L.conv1d({ filters: 5, kernelSize: 3 })],
  Conv2D: () => [IMAGE, conv({})],
  'Conv2D 1x1': () => [IMAGE, conv({ kernelSize: 1, activation: 'relu6' })],
  'Conv2D 1x1, stride 2': () => [IMAGE, conv({ kernelSize: 1, strides: 2 })],
  'Conv2D same': () => [IMAGE, conv({ padding: 'same', activation: 'softmax' })],
  'Conv2D same, even window': () => [IMAGE, conv({ padding: 'same', kernelSize: [2, 4] })],
  'Conv2D same, stride 2': () => [IMAGE, conv({ padding: 'same', strides: 2 })],
  'Conv2D valid, stride 2': () => [IMAGE, conv({ strides: 2, kernelSize: 4 })],
  'Conv2D strides 3 and 2': () => [IMAGE, conv({ padding: 'same', strides: [3, 2], kernelSize: 5 })],
  'Conv2D dilated': () => [IMAGE, conv({ dilationRate: 2 })],
  'Conv2D dilated, same': () => [IMAGE, conv({ dilationRate: [2, 3], padding: 'same' })],
  'Conv2D without bias': () => [IMAGE, conv({ useBias: false })],
  'Conv2D over the whole image': () => [IMAGE, conv({ kernelSize: [9, 7], activation: 'relu' })],
  'Conv2D to one place of a border': () => [[2, 2, 3], conv({ padding: 'same', strides: 2 })],
  'Conv2D of one place': () => [[1, 1, 6], conv({ padding: 'same' })],
  'Conv2D of one row': () => [[1, 11, 6], conv({ padding: 'same' })],
  'Conv2D of one column': () => [[11, 1, 6], conv({ padding: 'same' })],
  'Conv2D on a wide image': () => [[5, 70, 2], conv({ padding: 'same' })],
  'Conv2D, Flatten, Dense': () => [IMAGE, conv({ activation: 'relu' }), L.flatten(), L.dense({ units: 4, activation: 'softmax' })],
  Conv2DTranspose: () => [[4, 5, 3], L.conv2dTranspose({ filters: 4, kernelSize: 3 })],
  'Conv2DTranspose same, stride 2': () => [
    [4, 5, 3],
    L.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
  ],
  'Conv2DTranspose valid, strides 2 and 3': () => [[4, 5, 3], L.conv2dTranspose({ filters: 4, kernelSize: [4, 2], strides: [2, 3] })],
  'Conv2D, channels first': () => [[3, 9, 7], conv({ dataFormat: CHANNELS_FIRST, padding: 'same', strides: 2 })],
  'Conv2D, channels first, softmax': () => [[3, 9, 7], conv({ dataFormat: CHANNELS_FIRST, activation: 'softmax' })],
  Conv3D: () => [VOLUME, conv3d({})],
  'Conv3D 1x1x1': () => [VOLUME, conv3d({ kernelSize: 1, activation: 'relu6' })],
  'Conv3D 1x1x1, stride 2': () => [VOLUME, conv3d({ kernelSize: 1, strides: 2 })],
  'Conv3D same': () => [VOLUME, conv3d({ padding: 'same', activation: 'softmax' })],
  'Conv3D same, even window': () => [VOLUME, conv3d({ padding: 'same', kernelSize: [2, 4, 2], activation: 'relu' })],
  'Conv3D same, stride 2': () => [VOLUME, conv3d({ padding: 'same', strides: 2, activation: 'logSoftmax' })],
  'Conv3D same, window shorter than its stride': () => [[5, 5, 8, 3], conv3d({ padding: 'same', strides: 3, kernelSize: [1, 2, 1] })],
  'Conv3D valid, stride 2, even window': () => [[7, 8, 6, 2], conv3d({ strides: 2, kernelSize: 4 })],
  'Conv3D strides 3, 2 and 1': () => [[7, 8, 6, 2], conv3d({ padding: 'same', strides: [3, 2, 1], kernelSize: [5, 3, 2] })],
  'Conv3D dilated': () => [[7, 8, 6, 2], conv3d({ dilationRate: 2 })],
  'Conv3D dilated, same': () => [VOLUME, conv3d({ dilationRate: [1, 2, 3], padding: 'same' })],
  'Conv3D without bias': () => [VOLUME, conv3d({ useBias: false, activation: 'tanh' })],
  'Conv3D over depths alone': () => [VOLUME, conv3d({ kernelSize: [3, 1, 1] })],
  'Conv3D over the whole volume': () => [VOLUME, conv3d({ kernelSize: [4, 6, 5], activation: 'softmax' })],
  'Conv3D to one place inside of a volume': () => [[3, 3, 3, 2], conv3d({ kernelSize: 2, strides: 2 })],
  'Conv3D to one place of a border': () => [[2, 2, 2, 3], conv3d({ padding: 'same', strides: 2 })],
  'Conv3D of one place': () => [[1, 1, 1, 6], conv3d({ padding: 'same' })],
  'Conv3D of one depth': () => [[1, 6, 5, 3], conv3d({ padding: 'same' })],
  'Conv3D to one depth': () => [[3, 6, 5, 3], conv3d({})],
  'Conv3D of one row': () => [[5, 1, 9, 3], conv3d({ padding: 'same' })],
  'Conv3D of one column': () => [[5, 7, 1, 3], conv3d({ padding: 'same' })],
  'Conv3D on a wide volume': () => [[3, 4, 70, 2], conv3d({ padding: 'same' })],
  'Conv3D, channels first': () => [[3, 4, 6, 5], conv3d({ dataFormat: CHANNELS_FIRST, padding: 'same', strides: [1, 2, 1] })],
  'Conv3D, channels first, softmax': () => [[3, 4, 6, 5], conv3d({ dataFormat: CHANNELS_FIRST, activation: 'softmax' })],
  'Conv3D, ReLU, PReLU': () => [VOLUME, conv3d({ padding: 'same' }), L.reLU(), L.prelu({ alphaInitializer: 'glorotNormal' })],
  'Conv3D, Flatten, Dense': () => [VOLUME, conv3d({ activation: 'relu' }), L.flatten(), L.dense({ units: 4, activation: 'softmax' })],
  Conv3DTranspose: () => [[2, 4, 5, 3], L.conv3dTranspose({ filters: 4, kernelSize: 3 })],
  'Conv3DTranspose same, stride 2': () => [
    [2, 4, 5, 3],
    L.conv3dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'softmax' }),
  ],
  'Conv3DTranspose valid, strides 1, 2 and 3': () => [
    [2, 4, 3, 3],
    L.conv3dTranspose({ filters: 4, kernelSize: [3, 4, 2], strides: [1, 2, 3], useBias: false }),
  ],
  'Conv3DTranspose same, window shorter than its stride': () => [
    [2, 4, 3, 3],
    L.conv3dTranspose({ filters: 4, kernelSize: [1, 2, 1], strides: [2, 3, 3], padding: 'same' }),
  ],
  'Conv3DTranspose of one place': () => [[1, 1, 1, 3], L.conv3dTranspose({ filters: 4, kernelSize: 2, strides: 2, activation: 'relu' })],
  'Conv3DTranspose 1x1x1': () => [[2, 4, 5, 3], L.conv3dTranspose({ filters: 4, kernelSize: 1 })],
  'Conv3DTranspose, channels first': () => [
    [3, 2, 4, 5],
    L.conv3dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', dataFormat: CHANNELS_FIRST }),
  ],
  DepthwiseConv2D: () => [IMAGE, L.depthwiseConv2d({ kernelSize: 3 })],
  'DepthwiseConv2D same, stride 2, times 2': () => [
    IMAGE,
    L.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', depthMultiplier: 2, activation: 'relu6' }),
  ],
  'DepthwiseConv2D dilated': () => [IMAGE, L.depthwiseConv2d({ kernelSize: [2, 3], dilationRate: 2, padding: 'same', useBias: false })],
  'DepthwiseConv2D to one place': () => [[3, 3, 5], L.depthwiseConv2d({ kernelSize: 3 })],
  'DepthwiseConv2D of one place': () => [[1, 1, 5], L.depthwiseConv2d({ kernelSize: 3, padding: 'same' })],
  SeparableConv2D: () => [IMAGE, L.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same', depthMultiplier: 2, activation: 'relu' })],
  'SeparableConv2D stride 2': () => [IMAGE, L.separableConv2d({ filters: 6, kernelSize: 3, strides: 2 })],
  'BatchNormalization behind Conv2D': () => [IMAGE, conv({}), L.batchNormalization(), L.activation({ activation: 'relu' })],
  'BatchNormalization alone': () => [IMAGE, L.batchNormalization({}), L.activation({ activation: 'relu' })],
  LayerNormalization: () => [IMAGE, L.layerNormalization()],
  'LayerNormalization of a vector': () => [[11], L.layerNormalization({ center: false })],
  'LayerNormalization of axes from behind': () => [IMAGE, L.layerNormalization({ axis: [-1, -3] })],
  'LayerNormalization of two axes': () => [IMAGE, L.layerNormalization({ axis: [1, 3] })],
  'ReLU up to 3': () => [IMAGE, L.reLU({ maxValue: 3 })],
  LeakyReLU: () => [IMAGE, L.leakyReLU({ alpha: 0.2 })],
  PReLU: () => [IMAGE, L.prelu({ alphaInitializer: 'glorotNormal' })],
  'PReLU, shared axes': () => [IMAGE, L.prelu({ sharedAxes: [1, 2] })],
  ELU: () => [IMAGE, L.elu()],
  ThresholdedReLU: () => [IMAGE, L.thresholdedReLU({ theta: 0.4 })],
  Softmax: () => [SEQUENCE, L.softmax({ axis: -1 })],
  MaxPooling1D: () => [[9, 4], L.maxPooling1d({ poolSize: 2 })],
  'AveragePooling1D same': () => [[9, 4], L.averagePooling1d({ poolSize: 3, strides: 2, padding: 'same' })],
  MaxPooling2D: () => [IMAGE, L.maxPooling2d({ poolSize: 2 })],
  'MaxPooling2D same, stride 1': () => [IMAGE, L.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' })],
  'MaxPooling2D to one place': () => [[2, 2, 5], L.maxPooling2d({ poolSize: 2 })],
  'AveragePooling2D same': () => [IMAGE, L.averagePooling2d({ poolSize: [2, 3], strides: [2, 1], padding: 'same' })],
  AveragePooling2D: () => [IMAGE, L.averagePooling2d({ poolSize: 3, strides: 2 })],
  MaxPooling3D: () => [VOLUME, L.maxPooling3d({ poolSize: 2 })],
  'MaxPooling3D same, stride 1': () => [VOLUME, L.maxPooling3d({ poolSize: 3, strides: 1, padding: 'same' })],
  'MaxPooling3D to one place': () => [[2, 2, 2, 5], L.maxPooling3d({ poolSize: 2 })],
  'MaxPooling3D to one depth': () => [[3, 6, 5, 2], L.maxPooling3d({ poolSize: [3, 2, 2] })],
  'MaxPooling3D over depths alone': () => [VOLUME, L.maxPooling3d({ poolSize: [2, 1, 1] })],
  'MaxPooling3D over images alone': () => [VOLUME, L.maxPooling3d({ poolSize: [1, 2, 3] })],
  'MaxPooling3D, channels first': () => [[3, 4, 6, 5], L.maxPooling3d({ poolSize: 2, dataFormat: CHANNELS_FIRST })],
  AveragePooling3D: () => [[7, 6, 5, 3], L.averagePooling3d({ poolSize: 3, strides: 2 })],
  'AveragePooling3D same': () => [VOLUME, L.averagePooling3d({ poolSize: [2, 3, 4], strides: [1, 2, 1], padding: 'same' })],
  'AveragePooling3D same, window shorter than its stride': () => [
    [5, 5, 8, 3],
    L.averagePooling3d({ poolSize: [1, 2, 1], strides: 3, padding: 'same' }),
  ],
  'AveragePooling3D of one place': () => [[1, 1, 1, 5], L.averagePooling3d({ poolSize: 3, padding: 'same' })],
  'AveragePooling3D, channels first': () => [
    [3, 4, 6, 5],
    L.averagePooling3d({ poolSize: 3, strides: 2, padding: 'same', dataFormat: CHANNELS_FIRST }),
  ],
  GlobalMaxPooling1D: () => [SEQUENCE, L.globalMaxPooling1d({})],
  GlobalAveragePooling1D: () => [SEQUENCE, L.globalAveragePooling1d({})],
  GlobalMaxPooling2D: () => [IMAGE, L.globalMaxPooling2d({})],
  GlobalAveragePooling2D: () => [IMAGE, L.globalAveragePooling2d({})],
  ZeroPadding2D: () => [
    IMAGE,
    L.zeroPadding2d({
      padding: [
        [1, 2],
        [0, 3],
      ],
    }),
  ],
  'ZeroPadding2D before Conv2D': () => [IMAGE, L.zeroPadding2d({ padding: 2 }), conv({ strides: 2 })],
  Cropping2D: () => [
    IMAGE,
    L.cropping2D({
      cropping: [
        [1, 2],
        [0, 3],
      ],
    }),
  ],
  CenterCrop: () => [IMAGE, conv({}), L.centerCrop({ height: 3, width: 2 })],
  'CenterCrop of odd sizes to even ones': () => [[22, 31, 2], conv({}), L.reLU(), L.centerCrop({ height: 6, width: 14 }), L.flatten()],
  'CenterCrop of one column and one row': () => [IMAGE, conv({ padding: 'same' }), L.centerCrop({ height: 8, width: 6 })],
  'CenterCrop to one place': () => [IMAGE, conv({}), L.centerCrop({ height: 1, width: 1 }), L.flatten(), L.dense({ units: 2 })],
  'CenterCrop to what there is': () => [[4, 4, 2], conv({ padding: 'same' }), L.centerCrop({ height: 4, width: 4 })],
  'CenterCrop of what was reshaped': () => [
    [120],
    L.reshape({ targetShape: [10, -1, 3] }),
    L.centerCrop({ height: 4, width: 3 }),
    conv({ padding: 'same' }),
  ],
  UpSampling2D: () => [IMAGE, L.upSampling2d({ size: [2, 3] })],
  'UpSampling2D, bilinear': () => [IMAGE, L.upSampling2d({ size: [2, 2], interpolation: 'bilinear' })],
  Flatten: () => [IMAGE, L.flatten()],
  'Flatten, BatchNormalization, Dense': () => [IMAGE, L.flatten(), L.batchNormalization(), L.dense({ units: 3 })],
  'Flatten, Activation, Dense': () => [IMAGE, L.flatten(), L.activation({ activation: 'tanh' }), L.dense({ units: 3 })],
  'Reshape to fewer axes': () => [IMAGE, L.reshape({ targetShape: [63, 3] })],
  'Reshape to other channels': () => [IMAGE, L.reshape({ targetShape: [27, 7] })],
  'Reshape from a vector': () => [[24], L.reshape({ targetShape: [2, 3, 4] }), conv({ padding: 'same' })],
  'Reshape to one channel': () => [[24], L.reshape({ targetShape: [4, 6, 1] }), conv({ padding: 'same' })],
  Permute: () => [IMAGE, L.permute({ dims: [3, 1, 2] })],
  RepeatVector: () => [[5], L.repeatVector({ n: 4 })],
  'Dropout and noise': () => [[5], L.dropout({ rate: 0.5 }), L.gaussianNoise({ stddev: 1 }), L.dense({ units: 3 })],
  SimpleRNN: () => [SEQUENCE, L.simpleRNN(recurrent({}))],
  'SimpleRNN, sequences, backwards': () => [
    SEQUENCE,
    L.simpleRNN(recurrent({ returnSequences: true, goBackwards: true, activation: 'relu' })),
  ],
  LSTM: () => [SEQUENCE, L.lstm(recurrent({}))],
  'LSTM, sequences': () => [SEQUENCE, L.lstm(recurrent({ returnSequences: true, recurrentActivation: 'sigmoid' }))],
  'LSTM without bias': () => [SEQUENCE, L.lstm(recurrent({ useBias: false, units: 8 }))],
  GRU: () => [SEQUENCE, L.gru(recurrent({}))],
  'GRU, sequences, backwards': () => [SEQUENCE, L.gru(recurrent({ returnSequences: true, goBackwards: true }))],
  'LSTM of one step': () => [[1, 5], L.lstm(recurrent({ returnSequences: true }))],
  'Masking, LSTM': () => [SEQUENCE, L.reLU(), L.masking({ maskValue: 0 }), L.lstm(recurrent({ returnSequences: true }))],
  'Masking of an image': () => [[4, 3, 1], L.reLU(), L.masking({ maskValue: 0 })],
  'Masking of a volume': () => [[2, 3, 2, 2], L.reLU(), L.masking({ maskValue: 0 })],
  'RNN of an LSTMCell': () => [SEQUENCE, rnn(L.lstmCell(recurrent({})), { returnSequences: true })],
  'RNN of a GRUCell, backwards': () => [SEQUENCE, rnn(L.gruCell(recurrent({ useBias: false })), { goBackwards: true })],
  'RNN of a SimpleRNNCell': () => [SEQUENCE, rnn(L.simpleRNNCell(recurrent({ activation: 'relu' })))],
  'RNN of stacked cells': () => [SEQUENCE, rnn(stack())],
  'RNN of stacked cells, sequences, backwards': () => [SEQUENCE, rnn(stack(), { returnSequences: true, goBackwards: true })],
  'RNN of a stack in a stack': () => [SEQUENCE, rnn([L.stackedRNNCells({ cells: stack() as never }), L.gruCell(recurrent({}))])],
  'RNN of one step': () => [[1, 5], rnn(stack(), { returnSequences: true })],
  'Masking, RNN of stacked cells': () => [[9, 1], L.reLU(), L.masking({ maskValue: 0 }), rnn(stack(), { returnSequences: true })],
  'Masking, RNN of stacked cells, backwards': () => [
    [9, 1],
    L.reLU(),
    L.masking({ maskValue: 0 }),
    rnn(stack(), { returnSequences: true, goBackwards: true }),
    L.lstm(recurrent({})),
  ],
  ConvLSTM2D: () => [FILM, convLstm({})],
  'ConvLSTM2D, sequences': () => [FILM, convLstm({ returnSequences: true, padding: 'same', recurrentActivation: 'sigmoid' })],
  'ConvLSTM2D, sequences, backwards': () => [FILM, convLstm({ returnSequences: true, goBackwards: true, activation: 'relu' })],
  'ConvLSTM2D, stride 2, even window, without bias': () => [
    FILM,
    convLstm({ strides: 2, padding: 'same', kernelSize: [2, 4], useBias: false, returnSequences: true }),
  ],
  'ConvLSTM2D, dilated': () => [FILM, convLstm({ dilationRate: 2, kernelSize: 2 })],
  'ConvLSTM2D 1x1': () => [FILM, convLstm({ kernelSize: 1, activation: 'softmax' })],
  'ConvLSTM2D of one step': () => [[1, 6, 5, 3], convLstm({ returnSequences: true })],
  'ConvLSTM2D to one place': () => [[4, 3, 3, 2], convLstm({ returnSequences: true })],
  'ConvLSTM2D of one row': () => [[3, 1, 8, 2], convLstm({ padding: 'same' })],
  'ConvLSTM2D, channels first': () => [[3, 3, 6, 5], convLstm({ dataFormat: CHANNELS_FIRST, returnSequences: true, padding: 'same' })],
  'ConvLSTM2D, channels first, last output': () => [[3, 3, 6, 5], convLstm({ dataFormat: CHANNELS_FIRST, strides: [1, 2] })],
  'ConvLSTM2D, ConvLSTM2D, Flatten, Dense': () => [
    FILM,
    convLstm({ returnSequences: true }),
    convLstm({ kernelSize: 2 }),
    L.flatten(),
    L.dense({ units: 3, activation: 'softmax' }),
  ],
  'Bidirectional ConvLSTM2D': () => [FILM, L.bidirectional({ layer: convLstm({ returnSequences: true }) as never, mergeMode: 'concat' })],
  'Bidirectional, joined': () => [
    SEQUENCE,
    L.bidirectional({ layer: L.lstm(recurrent({ returnSequences: true })) as never, mergeMode: 'concat' }),
  ],
  'Bidirectional, last outputs summed': () => [SEQUENCE, L.bidirectional({ layer: L.gru(recurrent({})) as never, mergeMode: 'sum' })],
  'Bidirectional, averaged': () => [SEQUENCE, L.bidirectional({ layer: L.simpleRNN(recurrent({})) as never, mergeMode: 'ave' })],
  'Bidirectional, multiplied': () => [SEQUENCE, L.bidirectional({ layer: L.lstm(recurrent({})) as never, mergeMode: 'mul' })],
  'TimeDistributed Dense': () => [SEQUENCE, L.timeDistributed({ layer: L.dense({ units: 3, activation: 'relu' }) })],
  'TimeDistributed Conv2D': () => [[3, 5, 5, 2], L.timeDistributed({ layer: conv({}) })],
  'TimeDistributed Flatten': () => [[3, 2, 5, 2], L.timeDistributed({ layer: L.flatten() }), L.dense({ units: 2 })],
};

test('there is a rule for every type of layer of tfjs that surgery has one for', () => {
  const types = Object.keys(tf.serialization.SerializationMap.getMap().classNameMap).filter((type) => shapeRuleOf(type) !== undefined);
  expect(types.length).toBeGreaterThan(50);
  expect(types.filter((type) => sparseRuleOf(type) === undefined)).toEqual([]);
});

test.each(Object.keys(CASES))('%s', async (name) => {
  const model = sparsified(modelOf(...(CASES[name] as () => Case)()));
  expect(await worstDifference(model)).toBeLessThan(ROUNDING);
});

test.each(ACTIVATIONS)('activation %s, in a layer and as one', async (activation) => {
  const dense = modelOf([9, 5], L.dense({ units: 7, activation: activation as 'relu' }));
  expect(await worstDifference(sparsified(dense))).toBeLessThan(ROUNDING);
  const layer = modelOf(IMAGE, L.activation({ activation: activation as 'relu' }));
  expect(await worstDifference(layer)).toBeLessThan(ROUNDING);
});

test.each([1, 3, 64])('batch %i', async (batch) => {
  const model = sparsified(modelOf([20], L.dense({ units: 17, activation: 'relu' }), L.dense({ units: 5, activation: 'softmax' })));
  expect(await worstDifference(model, { batch })).toBeLessThan(ROUNDING);
});

test('CenterCrop of every size to every size takes the places that tfjs takes', async () => {
  for (let size = 1; size <= 12; size++) {
    for (let cropped = 1; cropped <= size; cropped++) {
      const conv = L.conv2d({ filters: 2, kernelSize: 1 });
      const model = sparsified(modelOf([size, size + 1, 2], conv, L.centerCrop({ height: cropped, width: cropped })));
      const sparse = await compileSparse(model);
      expect(differenceOf(sparse, model), `${size} to ${cropped}`).toBeLessThan(ROUNDING);
      sparse.dispose();
    }
  }
});

test('RNN of stacked cells takes and gives states: those of the last cell first', async () => {
  const inputs = [SEQUENCE, [5], [7], [4], [4]].map((shape) => tf.input({ shape }));
  for (const returnSequences of [false, true]) {
    const outputs = rnn(stack(), { returnState: true, returnSequences }).apply(inputs) as tf.SymbolicTensor[];
    const model = sparsified(tf.model({ inputs, outputs }));
    expect(outputs).toHaveLength(5);
    expect(await worstDifference(model)).toBeLessThan(ROUNDING);
  }
});

// With channels first, tfjs takes states only where there are as many columns as filters.
test.each(['channelsLast', CHANNELS_FIRST])('ConvLSTM2D takes and gives states, %s', async (dataFormat) => {
  const state = dataFormat === CHANNELS_FIRST ? [4, 6, 4] : [6, 4, 4];
  const film = dataFormat === CHANNELS_FIRST ? [3, 2, 6, 4] : [3, 6, 4, 2];
  for (const returnSequences of [false, true]) {
    for (const shapes of [[film], [film, state, state]]) {
      const inputs = shapes.map((shape) => tf.input({ shape }));
      const layer = convLstm({ padding: 'same', returnState: true, returnSequences, dataFormat });
      const outputs = layer.apply(inputs) as tf.SymbolicTensor[];
      expect(outputs).toHaveLength(3);
      expect(await worstDifference(sparsified(tf.model({ inputs, outputs })))).toBeLessThan(ROUNDING);
    }
  }
});

test('Embedding, with and without a mask', async () => {
  for (const maskZero of [false, true]) {
    const model = sparsified(modelOf([6], L.embedding({ inputDim: 4, outputDim: 5, maskZero }), L.lstm({ units: 3 })), 0.3);
    expect(await worstDifference(model, { words: 4, batch: 5 })).toBeLessThan(ROUNDING);
  }
});

test('recurrent layers of other cells that were given one tensor as their bias', async () => {
  const input = tf.input({ shape: SEQUENCE });
  const layers = [L.lstm({ units: 6 }), L.gru({ units: 8 }), L.simpleRNN({ units: 24 })];
  const model = sparsified(tf.model({ inputs: input, outputs: layers.map((layer) => layer.apply(input) as tf.SymbolicTensor) }));
  const bias = tf.randomUniform([24], -1, 1, 'float32', 5);
  for (const layer of layers) layer.setWeights([...layer.getWeights().slice(0, 2), bias]);
  expect(await worstDifference(model)).toBeLessThan(ROUNDING);
});
