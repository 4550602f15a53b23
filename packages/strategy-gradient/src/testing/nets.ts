import type { Column, Samples } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

export interface ExampleNet {
  readonly model: tf.LayersModel;
  readonly samples: Samples;
}

const SIZE = 6;
const { dense, conv1d, conv2d, flatten } = tf.layers;

/** Values from −1 to 1 that look random and are always the same. */
function column(shape: number[], seed = 1): Column {
  const width = shape.reduce((product, side) => product * side, 1);
  return { shape, data: Float32Array.from({ length: SIZE * width }, (_, i) => Math.sin(seed + i * 12.9898) * Math.cos(i * 4.1414)) };
}
const words: Column = { shape: [5], data: Int32Array.from({ length: SIZE * 5 }, (_, i) => (i * 7) % 9) };

function chain(layers: tf.layers.Layer[], input: Column): ExampleNet {
  return withWeights(tf.sequential({ layers }), [input]);
}

function withWeights(model: tf.LayersModel, inputs: Column[]): ExampleNet {
  model.setWeights(
    model.getWeights().map((weight, w) =>
      // A batch norm's scale and variance must stay above zero.
      tf.tidy(() =>
        tf.tensor(
          Float32Array.from({ length: weight.size }, (_, i) => 0.6 + 0.5 * Math.sin(w * 3 + i * 2.3)),
          weight.shape,
        ),
      ),
    ),
  );
  const kernels = model.layers.flatMap(({ weights }) => weights.filter(({ shape }) => shape.length > 1));
  kernels.forEach((kernel, k) => {
    tf.tidy(() => {
      const values = Float32Array.from({ length: kernel.read().size }, (_, i) => 0.7 * Math.sin(k + i * 1.7));
      kernel.write(tf.tensor(values, kernel.shape as number[]));
    });
  });
  return { model, samples: { size: SIZE, inputs, targets: [column([2], 5)] } };
}

function sharedAndNested(): ExampleNet {
  const shared = dense({ name: 'shared', units: 4, activation: 'tanh' });
  const inner = tf.input({ shape: [3] });
  const encoder = tf.model({ name: 'encoder', inputs: inner, outputs: shared.apply(inner) as tf.SymbolicTensor });
  const left = tf.input({ shape: [3] });
  const right = tf.input({ shape: [3] });
  const both = [encoder.apply(left), encoder.apply(right)] as tf.SymbolicTensor[];
  const joined = tf.layers.concatenate().apply([...both, tf.layers.add().apply(both) as tf.SymbolicTensor]);
  const outputs = dense({ name: 'end', units: 2 }).apply(joined) as tf.SymbolicTensor;
  return withWeights(tf.model({ inputs: [left, right], outputs }), [column([3]), column([3], 2)]);
}

/** One net of each kind that a user may bring, each made anew. */
export const NETS = {
  'convolutions, batch norm and dropout': () =>
    chain(
      [
        conv2d({ name: 'conv', filters: 3, kernelSize: 3, padding: 'same', useBias: false, inputShape: [4, 4, 2] }),
        tf.layers.batchNormalization({ name: 'norm' }),
        tf.layers.reLU(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.dropout({ rate: 0.3 }),
        flatten(),
        dense({ name: 'end', units: 2 }),
      ],
      column([4, 4, 2]),
    ),
  'depthwise and transposed convolutions': () =>
    chain(
      [
        tf.layers.depthwiseConv2d({ name: 'depth', kernelSize: 2, depthMultiplier: 2, inputShape: [3, 3, 2] }),
        tf.layers.conv2dTranspose({ name: 'up', filters: 2, kernelSize: 2, activation: 'relu' }),
        flatten(),
        dense({ name: 'end', units: 2 }),
      ],
      column([3, 3, 2]),
    ),
  'a separable convolution': () =>
    chain(
      [
        tf.layers.separableConv2d({ name: 'apart', filters: 3, kernelSize: 2, inputShape: [3, 3, 2] }),
        flatten(),
        dense({ name: 'end', units: 2 }),
      ],
      column([3, 3, 2]),
    ),
  'a convolution in time, and a dense layer at each step': () =>
    chain(
      [
        conv1d({ name: 'conv', filters: 3, kernelSize: 2, activation: 'relu', inputShape: [5, 2] }),
        tf.layers.timeDistributed({ name: 'each', layer: dense({ units: 3, activation: 'elu' }) }),
        flatten(),
        dense({ name: 'end', units: 2 }),
      ],
      column([5, 2]),
    ),
  'two inputs through a nested, shared layer': sharedAndNested,
  'a recurrent layer': () =>
    chain([tf.layers.lstm({ name: 'memory', units: 3, inputShape: [4, 2] }), dense({ name: 'end', units: 2 })], column([4, 2])),
  'an embedding': () =>
    chain(
      [tf.layers.embedding({ name: 'words', inputDim: 9, outputDim: 3, inputLength: 5 }), flatten(), dense({ name: 'end', units: 2 })],
      words,
    ),
} satisfies Record<string, () => ExampleNet>;
export type NetName = keyof typeof NETS;
