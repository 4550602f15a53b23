import { Random, type Samples } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

let seed = 0;
const glorot = () => tf.initializers.glorotUniform({ seed: ++seed });
const dense = (name: string, units: number, more: { inputShape?: number[]; activation?: 'relu' } = {}) =>
  tf.layers.dense({ name, units, kernelInitializer: glorot(), ...more });
const conv = (name: string, filters: number, more: { inputShape?: number[] } = {}) =>
  tf.layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', kernelInitializer: glorot(), ...more });
const apply = (layer: tf.layers.Layer, input: tf.SymbolicTensor | tf.SymbolicTensor[]) => layer.apply(input) as tf.SymbolicTensor;

export interface Net {
  readonly model: () => tf.LayersModel;
  /** The shapes of inputs and targets, without the batch. */
  readonly inputs: readonly number[][];
  readonly targets: readonly number[][];
}

/** One small net of each kind that pruning meets. */
export const NETS: Readonly<Record<string, Net>> = {
  dense: {
    inputs: [[6]],
    targets: [[2]],
    model: () => tf.sequential({ layers: [dense('hidden', 8, { inputShape: [6], activation: 'relu' }), dense('output', 2)] }),
  },
  'convolutions with batch norm': {
    inputs: [[4, 4, 1]],
    targets: [[2]],
    model: () =>
      tf.sequential({
        layers: [
          conv('first', 4, { inputShape: [4, 4, 1] }),
          tf.layers.batchNormalization({ name: 'firstNorm' }),
          tf.layers.reLU(),
          conv('second', 6),
          tf.layers.batchNormalization({ name: 'secondNorm' }),
          tf.layers.reLU(),
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
      return tf.sequential({ layers: [inner, tf.layers.reLU(), dense('output', 2)] });
    },
  },
  'two inputs that share a layer': {
    inputs: [[6], [6]],
    targets: [[2]],
    model: () => {
      const inputs = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
      const shared = dense('shared', 5, { activation: 'relu' });
      const both = tf.layers.concatenate().apply(inputs.map((input) => apply(shared, input))) as tf.SymbolicTensor;
      return tf.model({ inputs, outputs: apply(dense('output', 2), both) });
    },
  },
  lstm: {
    inputs: [[4, 3]],
    targets: [[2]],
    model: () => {
      const config = { name: 'lstm', units: 4, inputShape: [4, 3], kernelInitializer: glorot(), recurrentInitializer: glorot() };
      return tf.sequential({ layers: [tf.layers.lstm(config), dense('output', 2)] });
    },
  },
};

/** A net that starts with the same weights each time it is made. */
export function netOf(name: string): Net {
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
