import { Random, type Samples } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** A model, and samples that it can be trained on: a regression. */
export interface ExampleNet {
  readonly model: tf.LayersModel;
  readonly samples: Samples;
}

const SAMPLES = 12;
let seed = 0;
const glorot = () => tf.initializers.glorotUniform({ seed: ++seed });

interface DenseOptions {
  readonly inputShape?: number[];
  readonly activation?: 'relu' | 'tanh' | 'elu';
  readonly useBias?: boolean;
}
const dense = (name: string, units: number, more: DenseOptions = {}) =>
  tf.layers.dense({ name, units, kernelInitializer: glorot(), ...more });
const conv2d = (name: string, filters: number, more: { inputShape?: number[]; useBias?: boolean } = {}) =>
  tf.layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', kernelInitializer: glorot(), ...more });
const apply = (layer: tf.layers.Layer, input: tf.SymbolicTensor | tf.SymbolicTensor[]) => layer.apply(input) as tf.SymbolicTensor;

/** One column per shape of a sample's value, numbers from −1 to 1; whole numbers below `words` where that is given. */
export function randomSamples({ inputs, targets, size = SAMPLES, words }: RandomSamples): Samples {
  const random = Random.of(7, 'samples');
  const length = (shape: readonly number[]) => size * shape.reduce((product, side) => product * side, 1);
  const real = (shape: readonly number[]) => ({
    shape,
    data: Float32Array.from({ length: length(shape) }, () => random.next() * 2 - 1),
  });
  const whole = (shape: readonly number[], below: number) => ({
    shape,
    data: Int32Array.from({ length: length(shape) }, () => random.int(below)),
  });
  return {
    size,
    inputs: inputs.map((shape) => (words === undefined ? real(shape) : whole(shape, words))),
    targets: targets.map(real),
  };
}

export interface RandomSamples {
  /** The shapes of inputs and targets, without the batch. */
  readonly inputs: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
  readonly size?: number;
  readonly words?: number;
}

/** The same weights and samples each time that it is made. */
function net(inputs: readonly (readonly number[])[], build: () => tf.LayersModel, words?: number): () => ExampleNet {
  return () => {
    seed = 0;
    return { model: build(), samples: randomSamples({ inputs, targets: [[2]], words }) };
  };
}

const chain =
  (...layers: (() => tf.layers.Layer)[]) =>
  () =>
    tf.sequential({ layers: layers.map((make) => make()) });

function sharedAndNested(): tf.LayersModel {
  const inner = tf.input({ shape: [6] });
  const shared = dense('shared', 5, { activation: 'relu' });
  const encoder = tf.model({ name: 'encoder', inputs: inner, outputs: apply(dense('code', 4), apply(shared, inner)) });
  const inputs = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
  const codes = inputs.map((input) => apply(encoder, input));
  const joined = apply(tf.layers.concatenate(), [...codes, apply(tf.layers.add(), codes)]);
  return tf.model({ inputs, outputs: apply(dense('output', 2), joined) });
}

/** One small net of each kind that a user may bring. The caller disposes the model. */
export const NETS = {
  dense: net(
    [[6]],
    chain(
      () => dense('hidden', 8, { inputShape: [6], activation: 'relu' }),
      () => dense('output', 2),
    ),
  ),
  'without biases': net(
    [[4]],
    chain(
      () => dense('hidden', 5, { inputShape: [4], activation: 'tanh', useBias: false }),
      () => dense('output', 2, { useBias: false }),
    ),
  ),
  'convolutions with batch norm': net(
    [[4, 4, 1]],
    chain(
      () => conv2d('first', 4, { inputShape: [4, 4, 1], useBias: false }),
      () => tf.layers.batchNormalization({ name: 'firstNorm' }),
      () => tf.layers.reLU(),
      () => tf.layers.dropout({ name: 'drop', rate: 0.3 }),
      () => conv2d('second', 6),
      () => tf.layers.batchNormalization({ name: 'secondNorm' }),
      () => tf.layers.reLU(),
      () => tf.layers.maxPooling2d({ poolSize: 2 }),
      () => tf.layers.flatten(),
      () => dense('output', 2),
    ),
  ),
  'depthwise and transposed convolutions': net(
    [[3, 3, 2]],
    chain(
      () =>
        tf.layers.depthwiseConv2d({
          name: 'depth',
          kernelSize: 2,
          depthMultiplier: 2,
          inputShape: [3, 3, 2],
          depthwiseInitializer: glorot(),
        }),
      () => tf.layers.conv2dTranspose({ name: 'up', filters: 2, kernelSize: 2, activation: 'relu', kernelInitializer: glorot() }),
      () => tf.layers.flatten(),
      () => dense('output', 2),
    ),
  ),
  'a separable convolution': net(
    [[3, 3, 2]],
    chain(
      () =>
        tf.layers.separableConv2d({
          name: 'apart',
          filters: 3,
          kernelSize: 2,
          inputShape: [3, 3, 2],
          depthwiseInitializer: glorot(),
          pointwiseInitializer: glorot(),
        }),
      () => tf.layers.flatten(),
      () => dense('output', 2),
    ),
  ),
  'a convolution in time, and a dense layer at each step': net(
    [[5, 2]],
    chain(
      () =>
        tf.layers.conv1d({ name: 'conv', filters: 3, kernelSize: 2, activation: 'relu', inputShape: [5, 2], kernelInitializer: glorot() }),
      () => tf.layers.timeDistributed({ name: 'each', layer: dense('inner', 3, { activation: 'elu' }) }),
      () => tf.layers.flatten(),
      () => dense('output', 2),
    ),
  ),
  'two inputs through a nested, shared model': net([[6], [6]], sharedAndNested),
  'a recurrent layer': net(
    [[4, 3]],
    chain(
      () => tf.layers.lstm({ name: 'lstm', units: 4, inputShape: [4, 3], kernelInitializer: glorot(), recurrentInitializer: glorot() }),
      () => dense('output', 2),
    ),
  ),
  'an embedding': net(
    [[5]],
    chain(
      () => tf.layers.embedding({ name: 'words', inputDim: 9, outputDim: 3, inputLength: 5, embeddingsInitializer: glorot() }),
      () => tf.layers.flatten(),
      () => dense('output', 2),
    ),
    9,
  ),
} satisfies Readonly<Record<string, () => ExampleNet>>;

export type NetName = keyof typeof NETS;

/** A net of single weights: one input, one unit, one output. */
export const singleWeights: () => ExampleNet = () => {
  seed = 0;
  const layers = [dense('hidden', 1, { inputShape: [1], useBias: false }), dense('output', 1, { useBias: false })];
  return { model: tf.sequential({ layers }), samples: randomSamples({ inputs: [[1]], targets: [[1]] }) };
};
