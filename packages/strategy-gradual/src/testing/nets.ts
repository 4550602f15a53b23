import { Random, type Samples } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

let seed = 0;
const glorot = () => tf.initializers.glorotUniform({ seed: ++seed });
const dense = (name: string, units: number, more: { inputShape?: number[]; activation?: 'relu' } = {}) =>
  tf.layers.dense({ name, units, kernelInitializer: glorot(), ...more });

export interface Net {
  readonly model: () => tf.LayersModel;
  /** The shapes of inputs and targets, without the batch. */
  readonly inputs: readonly number[][];
  readonly targets: readonly number[][];
}

/** One small net of each kind that pruning meets; the same weights each time that one is made. */
export const NETS: Readonly<Record<string, Net>> = {
  dense: {
    inputs: [[6]],
    targets: [[2]],
    model: () => tf.sequential({ layers: [dense('hidden', 8, { inputShape: [6], activation: 'relu' }), dense('output', 2)] }),
  },
  'convolution with batch norm': {
    inputs: [[5, 5, 1]],
    targets: [[2]],
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, inputShape: [5, 5, 1], kernelInitializer: glorot() }),
          tf.layers.batchNormalization({ name: 'norm' }),
          tf.layers.flatten(),
          dense('output', 2),
        ],
      }),
  },
  nested: {
    inputs: [[6]],
    targets: [[2]],
    model: () => {
      const inner = tf.sequential({ name: 'inner', layers: [dense('one', 5, { inputShape: [6], activation: 'relu' }), dense('two', 4)] });
      return tf.sequential({ layers: [inner, dense('output', 2)] });
    },
  },
  'two inputs that share a layer': {
    inputs: [[6], [6]],
    targets: [[2]],
    model: () => {
      const inputs = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
      const shared = dense('shared', 5, { activation: 'relu' });
      const both = tf.layers.concatenate().apply(inputs.map((input) => shared.apply(input) as tf.SymbolicTensor)) as tf.SymbolicTensor;
      return tf.model({ inputs, outputs: dense('output', 2).apply(both) as tf.SymbolicTensor });
    },
  },
  lstm: {
    inputs: [[4, 3]],
    targets: [[2]],
    model: () => {
      const lstm = tf.layers.lstm({
        name: 'lstm',
        units: 4,
        inputShape: [4, 3],
        kernelInitializer: glorot(),
        recurrentInitializer: glorot(),
      });
      return tf.sequential({ layers: [lstm, dense('output', 2)] });
    },
  },
};

/** A net and the weights that it starts with, the same for the same name. */
export function netOf(name: string): Net & { readonly model: () => tf.LayersModel } {
  const net = NETS[name] as Net;
  return {
    ...net,
    model: () => {
      seed = 0;
      return net.model();
    },
  };
}

/** Values for a regression: rows of random numbers. */
export function samplesOf({ inputs, targets }: Net, size = 12): Samples {
  const random = Random.of(7, 'samples');
  const column = (shape: number[]) => {
    const width = shape.reduce((product, side) => product * side, 1);
    return { shape, data: Float32Array.from({ length: size * width }, () => random.next() * 2 - 1) };
  };
  return { size, inputs: inputs.map(column), targets: targets.map(column) };
}
