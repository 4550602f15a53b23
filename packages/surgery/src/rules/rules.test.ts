import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkRemoval } from '../testing/check-removal.ts';
import { disposeLoaded, randomise, useCpu } from '../testing/models.ts';

beforeAll(useCpu);

type Flow = tf.SymbolicTensor;
const L = tf.layers;

function chain(shape: number[], ...layers: tf.layers.Layer[]): tf.LayersModel {
  const input = tf.input({ shape });
  let flow: Flow = input;
  for (const layer of layers) flow = layer.apply(flow) as Flow;
  return tf.model({ inputs: input, outputs: flow });
}

function branches(
  shape: number[],
  makers: (() => tf.layers.Layer[])[],
  merge: tf.layers.Layer,
  ...after: tf.layers.Layer[]
): tf.LayersModel {
  const input = tf.input({ shape });
  const made = makers.map((layers) => layers().reduce<Flow>((flow, layer) => layer.apply(flow) as Flow, input));
  let flow = merge.apply(made) as Flow;
  for (const layer of after) flow = layer.apply(flow) as Flow;
  return tf.model({ inputs: input, outputs: flow });
}

const dense = (units = 8) => L.dense({ units, activation: 'relu' });
const conv = (filters = 8) => L.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' });
const last = () => L.dense({ units: 3 });
const head = () => [L.flatten(), last()];
const image = [6, 6, 3];

/** Per rule, a model whose units the layer makes, passes on or ties. */
const CASES: Record<string, () => tf.LayersModel> = {
  Dense: () => chain([5], dense(), dense(6), last()),
  'Dense without a bias, on sequences': () => chain([4, 5], L.dense({ units: 8, useBias: false, activation: 'tanh' }), last()),
  'Dense across places': () =>
    chain(
      [4, 5],
      dense(8),
      L.permute({ dims: [2, 1] }),
      L.dense({ units: 6, useBias: false, activation: 'relu' }),
      L.permute({ dims: [2, 1] }),
      last(),
    ),
  Conv1D: () =>
    chain(
      [9, 2],
      L.conv1d({ filters: 8, kernelSize: 3, activation: 'relu' }),
      L.conv1d({ filters: 6, kernelSize: 2, strides: 2, padding: 'same' }),
      ...head(),
    ),
  Conv2D: () => chain(image, conv(), L.conv2d({ filters: 6, kernelSize: 3, strides: 2, dilationRate: 1 }), ...head()),
  'Conv2D, dilated': () => chain(image, conv(), L.conv2d({ filters: 6, kernelSize: 2, dilationRate: 2 }), ...head()),
  Conv3D: () =>
    chain([4, 4, 4, 2], L.conv3d({ filters: 8, kernelSize: 2, activation: 'relu' }), L.conv3d({ filters: 4, kernelSize: 2 }), ...head()),
  Conv2DTranspose: () => chain(image, conv(), L.conv2dTranspose({ filters: 6, kernelSize: 3, strides: 2, padding: 'same' }), ...head()),
  Conv3DTranspose: () =>
    chain([2, 2, 2, 2], L.conv3d({ filters: 6, kernelSize: 1 }), L.conv3dTranspose({ filters: 5, kernelSize: 2, strides: 2 }), ...head()),
  DepthwiseConv2D: () => chain(image, conv(), L.depthwiseConv2d({ kernelSize: 3, activation: 'relu6' }), ...head()),
  'DepthwiseConv2D that makes two of each': () =>
    chain(image, conv(), L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }), ...head()),
  SeparableConv2D: () => chain(image, conv(), L.separableConv2d({ filters: 6, kernelSize: 3, depthMultiplier: 2 }), ...head()),
  BatchNormalization: () => chain(image, conv(), L.batchNormalization(), L.activation({ activation: 'relu' }), conv(6), ...head()),
  'BatchNormalization without scale and centre': () =>
    chain([5], L.dense({ units: 8 }), L.batchNormalization({ scale: false }), L.batchNormalization({ center: false }), last()),
  Embedding: () => chain([6], L.embedding({ inputDim: 10, outputDim: 8 }), L.conv1d({ filters: 4, kernelSize: 2 }), ...head()),
  SimpleRNN: () => chain([5, 3], L.simpleRNN({ units: 8, returnSequences: true }), L.simpleRNN({ units: 6 }), last()),
  LSTM: () => chain([5, 3], L.lstm({ units: 8, returnSequences: true }), L.lstm({ units: 6, unitForgetBias: true }), last()),
  GRU: () => chain([5, 3], L.gru({ units: 8, returnSequences: true }), L.gru({ units: 6, goBackwards: true }), last()),
  'RNN of a cell': () =>
    chain(
      [5, 3],
      L.rnn({ cell: L.lstmCell({ units: 6 }) as never, returnSequences: true }),
      L.rnn({ cell: L.gruCell({ units: 5 }) as never }),
      last(),
    ),
  'RNN of stacked cells': () =>
    chain([5, 3], L.rnn({ cell: [L.lstmCell({ units: 6 }), L.gruCell({ units: 5 }), L.simpleRNNCell({ units: 4 })] as never }), last()),
  ConvLSTM2D: () =>
    chain(
      [3, 4, 4, 2],
      L.convLstm2d({ filters: 5, kernelSize: 2, returnSequences: true } as never),
      L.convLstm2d({ filters: 4, kernelSize: 2 } as never),
      ...head(),
    ),
  'Bidirectional, side by side': () =>
    chain([5, 3], L.bidirectional({ layer: L.lstm({ units: 6, returnSequences: true }) as never, mergeMode: 'concat' }), ...head()),
  'Bidirectional, summed': () => chain([5, 3], L.bidirectional({ layer: L.gru({ units: 6 }) as never, mergeMode: 'sum' }), last()),
  'Bidirectional, averaged': () => chain([5, 3], L.bidirectional({ layer: L.simpleRNN({ units: 6 }) as never, mergeMode: 'ave' }), last()),
  'Bidirectional, multiplied': () => chain([5, 3], L.bidirectional({ layer: L.gru({ units: 6 }) as never, mergeMode: 'mul' }), last()),
  'TimeDistributed Dense': () =>
    chain([4, 5], L.timeDistributed({ layer: dense() }), L.timeDistributed({ layer: L.dense({ units: 4 }) }), ...head()),
  'TimeDistributed Conv2D': () =>
    chain([2, 6, 6, 2], L.timeDistributed({ layer: conv(5) }), L.timeDistributed({ layer: L.flatten() }), L.gru({ units: 4 }), last()),
  'activations that keep zero': () =>
    chain(
      [5],
      ...(['elu', 'selu', 'softsign', 'tanh', 'relu6', 'swish', 'mish', 'gelu', 'gelu_new'] as const).flatMap((activation) => [
        L.dense({ units: 6, activation: activation as never }),
      ]),
      last(),
    ),
  'ReLU, LeakyReLU, ELU, ThresholdedReLU': () =>
    chain(
      [5],
      L.dense({ units: 8 }),
      L.leakyReLU(),
      L.dense({ units: 8 }),
      L.reLU({ maxValue: 1 }),
      L.dense({ units: 8 }),
      L.elu(),
      L.dense({ units: 8 }),
      L.thresholdedReLU({ theta: 0.1 }),
      last(),
    ),
  PReLU: () => chain([5], L.dense({ units: 8 }), L.prelu(), last()),
  'PReLU, shared over places': () => chain(image, conv(), L.prelu({ sharedAxes: [1, 2] }), L.prelu(), ...head()),
  'dropout and noise': () =>
    chain(
      [4, 5],
      dense(),
      L.dropout({ rate: 0.5 }),
      L.spatialDropout1d({ rate: 0.5 }),
      L.gaussianNoise({ stddev: 1 }),
      L.gaussianDropout({ rate: 0.5 }),
      L.alphaDropout({ rate: 0.5 }),
      last(),
    ),
  'MaxPooling1D, AveragePooling1D': () =>
    chain([12, 3], dense(), L.maxPooling1d({ poolSize: 2 }), L.averagePooling1d({ poolSize: 2 }), ...head()),
  'MaxPooling2D, AveragePooling2D': () =>
    chain(
      [12, 12, 3],
      conv(),
      L.maxPooling2d({ poolSize: 2, padding: 'same' }),
      L.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      ...head(),
    ),
  'MaxPooling3D, AveragePooling3D': () =>
    chain(
      [4, 4, 4, 2],
      L.conv3d({ filters: 6, kernelSize: 1 }),
      L.maxPooling3d({ poolSize: [2, 2, 2] } as never),
      L.averagePooling3d({ poolSize: [2, 2, 2] } as never),
      ...head(),
    ),
  GlobalMaxPooling1D: () => chain([6, 3], dense(), L.globalMaxPooling1d(), last()),
  GlobalAveragePooling1D: () => chain([6, 3], dense(), L.globalAveragePooling1d({}), last()),
  GlobalMaxPooling2D: () => chain(image, conv(), L.globalMaxPooling2d({}), last()),
  GlobalAveragePooling2D: () => chain(image, conv(), L.globalAveragePooling2d({}), last()),
  'ZeroPadding2D, Cropping2D, UpSampling2D': () =>
    chain(
      image,
      conv(),
      L.zeroPadding2d({ padding: [1, 2] }),
      L.cropping2D({
        cropping: [
          [1, 0],
          [2, 1],
        ],
      }),
      L.upSampling2d({ size: [2, 2] }),
      ...head(),
    ),
  'Rescaling, CenterCrop': () =>
    chain(
      image,
      conv(),
      L.rescaling({ scale: 0.5, offset: 0 }),

      L.centerCrop({ height: 2, width: 3 }),
      ...head(),
    ),
  'Flatten, channels first': () =>
    chain(
      [3, 4, 4],
      L.permute({ dims: [2, 3, 1] }),
      conv(),
      L.permute({ dims: [3, 1, 2] }),
      L.flatten({ dataFormat: 'channelsFirst' }),
      last(),
    ),
  Reshape: () => chain([5], dense(12), L.reshape({ targetShape: [2, 2, 3] }), conv(4), L.reshape({ targetShape: [-1, 4] }), last()),
  Permute: () => chain([4, 5], dense(), L.permute({ dims: [2, 1] }), ...head()),
  RepeatVector: () => chain([5], dense(), L.repeatVector({ n: 3 }), L.gru({ units: 4 }), last()),
  Masking: () => chain([4, 5], L.masking({ maskValue: 0 }), L.gru({ units: 6 }), last()),
  Add: () => branches([5], [() => [dense()], () => [dense(), dense()]], L.add(), last()),
  Multiply: () => branches([5], [() => [dense()], () => [L.dense({ units: 8, activation: 'sigmoid' })]], L.multiply(), last()),
  Average: () => branches([5], [() => [dense()], () => [dense()], () => [dense()]], L.average(), last()),
  Maximum: () => branches([5], [() => [dense()], () => [dense()]], L.maximum(), last()),
  Minimum: () => branches([5], [() => [dense()], () => [dense()]], L.minimum(), last()),
  'Multiply of images by one number each': () =>
    branches(
      image,
      [() => [conv()], () => [conv(), L.globalAveragePooling2d({}), L.dense({ units: 8, activation: 'sigmoid' })]],
      L.multiply(),
      ...head(),
    ),
  'Concatenate of channels': () => branches(image, [() => [conv()], () => [conv(4)], () => []], L.concatenate(), conv(5), ...head()),
  'Concatenate of places': () => branches(image, [() => [conv()], () => [conv()]], L.concatenate({ axis: 1 }), ...head()),
  'Concatenate, then a sum': () => branches([5], [() => [branching(8)], () => [dense(16)]], L.add(), last()),
  Dot: () => branches([4, 5], [() => [dense()], () => [L.dense({ units: 8 })]], L.dot({ axes: 2 }), ...head()),
  'Dot over places': () => branches([4, 5], [() => [dense()], () => [dense(6)]], L.dot({ axes: 1 }), ...head()),
  'channels first': () =>
    chain(
      [3, 6, 6],
      L.conv2d({ filters: 6, kernelSize: 3, dataFormat: 'channelsFirst', activation: 'relu' }),
      L.maxPooling2d({ poolSize: 2, dataFormat: 'channelsFirst' }),
      L.conv2d({ filters: 5, kernelSize: 2, dataFormat: 'channelsFirst' }),
      L.globalAveragePooling2d({ dataFormat: 'channelsFirst' }),
      last(),
    ),
  'one tensor joined to itself, and multiplied by itself': () =>
    branches([5], [() => [doubled(L.concatenate())], () => [doubled(L.concatenate())]], L.multiply(), doubled(L.multiply()), last()),
  'a Reshape that is called twice': () => {
    const shared = tf.sequential({
      layers: [L.reshape({ targetShape: [2, 4], inputShape: [8] }), L.conv1d({ filters: 3, kernelSize: 1 })],
    });
    const reshape = L.reshape({ targetShape: [2, 4] });
    return branches(
      [5],
      [() => [dense(8), reshape, dense(6)], () => [dense(8), reshape, dense(6)], () => [dense(8), shared, dense(6)]],
      L.add(),
      ...head(),
    );
  },
  'LayerNormalization keeps what it mixes': () => chain([4, 5], dense(), L.layerNormalization(), dense(6), last()),
  'Softmax keeps what it mixes': () =>
    chain([4, 5], dense(), L.softmax({ axis: -1 }), L.dense({ units: 6, activation: 'softmax' }), dense(7), last()),
};

/** A layer with units, what it gives merged with itself, as one layer. */
function doubled(merging: tf.layers.Layer): tf.LayersModel {
  const input = tf.input({ shape: [merging.getClassName() === 'Multiply' ? 16 : 5] });
  const made = L.dense({ units: 8, activation: 'relu' }).apply(input) as Flow;
  return tf.model({ inputs: input, outputs: merging.apply([made, made]) as Flow });
}

/** Two branches side by side, as one layer. */
function branching(units: number): tf.LayersModel {
  return branches([5], [() => [dense(units)], () => [dense(units)]], L.concatenate());
}

const KEPT = new Set(['Masking']);

describe('a masked model and the shrunk one give the same', () => {
  for (const [name, make] of Object.entries(CASES)) {
    test(name, async () => {
      for (const [i, sparsity] of [0.3, 0.5, 0.7].entries()) {
        const model = randomise(make(), i + 1);
        const removal = await checkRemoval(model, { sparsity, seed: i });
        if (!KEPT.has(name)) expect(Object.keys(removal.units).length).toBeGreaterThan(0);
        disposeLoaded(model);
      }
    });
  }
});
