import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { leafLayers, modelParameters } from './parameter.ts';
import { selectParameters } from './select-parameters.ts';
import { useCpu } from './testing/make.ts';

beforeAll(useCpu);

type Layer = tf.layers.Layer;
const L = tf.layers;

/** A model of one layer. */
function single(inputShape: (number | null)[], layer: Layer): tf.LayersModel {
  const input = tf.input({ shape: inputShape });
  return tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
}

const prunable = (model: tf.LayersModel): Record<string, string> =>
  Object.fromEntries(selectParameters(model).taken.map(({ name, shape }) => [name, shape.join('×')]));
const kept = (model: tf.LayersModel): Record<string, string> =>
  Object.fromEntries(selectParameters(model).left.map(({ name, why }) => [name, why]));

describe('what of each layer may be pruned', () => {
  test.each<[string, tf.LayersModel, Record<string, string>]>([
    ['dense', single([4], L.dense({ name: 'x', units: 3 })), { 'x/kernel': '4×3' }],
    ['conv1d', single([8, 2], L.conv1d({ name: 'x', filters: 3, kernelSize: 2 })), { 'x/kernel': '2×2×3' }],
    ['conv2d', single([8, 8, 2], L.conv2d({ name: 'x', filters: 3, kernelSize: 2 })), { 'x/kernel': '2×2×2×3' }],
    ['conv3d', single([4, 4, 4, 2], L.conv3d({ name: 'x', filters: 3, kernelSize: 2 })), { 'x/kernel': '2×2×2×2×3' }],
    ['conv2dTranspose', single([8, 8, 2], L.conv2dTranspose({ name: 'x', filters: 3, kernelSize: 2 })), { 'x/kernel': '2×2×3×2' }],
    ['conv3dTranspose', single([4, 4, 4, 2], L.conv3dTranspose({ name: 'x', filters: 3, kernelSize: 2 })), { 'x/kernel': '2×2×2×3×2' }],
    ['depthwiseConv2d', single([8, 8, 2], L.depthwiseConv2d({ name: 'x', kernelSize: 3 })), { 'x/depthwise_kernel': '3×3×2×1' }],
    [
      'separableConv2d',
      single([8, 8, 2], L.separableConv2d({ name: 'x', filters: 5, kernelSize: 3 })),
      { 'x/depthwise_kernel': '3×3×2×1', 'x/pointwise_kernel': '1×1×2×5' },
    ],
    ['embedding', single([6], L.embedding({ name: 'x', inputDim: 10, outputDim: 4 })), { 'x/embeddings': '10×4' }],
    ['simpleRNN', single([5, 2], L.simpleRNN({ name: 'x', units: 3 })), { 'x/kernel': '2×3', 'x/recurrent_kernel': '3×3' }],
    ['lstm', single([5, 2], L.lstm({ name: 'x', units: 3 })), { 'x/kernel': '2×12', 'x/recurrent_kernel': '3×12' }],
    ['gru', single([5, 2], L.gru({ name: 'x', units: 3 })), { 'x/kernel': '2×9', 'x/recurrent_kernel': '3×9' }],
    ['timeDistributed', single([5, 2], L.timeDistributed({ name: 'x', layer: L.dense({ units: 3 }) })), { 'x/kernel': '2×3' }],
    ['batchNormalization', single([5], L.batchNormalization({ name: 'x' })), {}],
    ['layerNormalization over two axes', single([5, 2], L.layerNormalization({ name: 'x', axis: [1, 2] })), {}],
    ['prelu', single([5, 2], L.prelu({ name: 'x' })), {}],
    ['dropout', single([5], L.dropout({ name: 'x', rate: 0.5 })), {}],
  ])('%s', (_, model, expected) => {
    expect(prunable(model)).toEqual(expected);
  });

  test('bidirectional, each direction by its own name', () => {
    const model = single([5, 2], L.bidirectional({ name: 'x', layer: L.lstm({ units: 3 }) as never, mergeMode: 'concat' }));
    expect(Object.values(prunable(model))).toEqual(['2×12', '3×12', '2×12', '3×12']);
    expect(Object.keys(prunable(model))).toEqual([
      'x/forward/kernel',
      'x/forward/recurrent_kernel',
      'x/backward/kernel',
      'x/backward/recurrent_kernel',
    ]);
  });
});

test('what may not be pruned says why', () => {
  const model = tf.sequential({
    layers: [
      L.dense({ name: 'a', units: 3, inputShape: [4] }),
      L.batchNormalization({ name: 'norm' }),
      L.prelu({ name: 'p' }),
      L.dense({ name: 'frozen', units: 2, trainable: false }),
    ],
  });
  expect(kept(model)).toEqual({
    'a/bias': 'a bias is one number per unit; it goes when its unit goes',
    'norm/gamma': 'BatchNormalization scales channels; it goes when its unit goes',
    'norm/beta': 'BatchNormalization scales channels; it goes when its unit goes',
    'norm/moving_mean': 'BatchNormalization scales channels; it goes when its unit goes',
    'norm/moving_variance': 'BatchNormalization scales channels; it goes when its unit goes',
    'p/alpha': 'PReLU scales channels; it goes when its unit goes',
    'frozen/kernel': 'its layer is frozen (trainable: false)',
    'frozen/bias': 'a bias is one number per unit; it goes when its unit goes',
  });
});

test('only what is trained is called trainable', () => {
  const model = tf.sequential({
    layers: [L.dense({ name: 'a', units: 3, inputShape: [4], useBias: false, trainable: false }), L.batchNormalization({ name: 'norm' })],
  });
  expect(Object.fromEntries(modelParameters(model).map(({ name, trainable }) => [name, trainable]))).toEqual({
    'a/kernel': false,
    'norm/gamma': true,
    'norm/beta': true,
    'norm/moving_mean': false,
    'norm/moving_variance': false,
  });
});

describe('models within models', () => {
  const inner = () =>
    tf.sequential({
      name: 'encoder',
      layers: [L.dense({ name: 'one', units: 3, inputShape: [4], useBias: false }), L.dense({ name: 'two', units: 2, useBias: false })],
    });

  test('the path leads through them', () => {
    const input = tf.input({ shape: [4] });
    const code = inner().apply(input) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: L.dense({ name: 'out', units: 1, useBias: false }).apply(code) as tf.SymbolicTensor });
    expect(Object.keys(prunable(model))).toEqual(['encoder/one/kernel', 'encoder/two/kernel', 'out/kernel']);
  });

  test('two deep, and in a sequential', () => {
    const model = tf.sequential({
      layers: [tf.sequential({ name: 'outer', layers: [inner()] }), L.dense({ name: 'out', units: 1, useBias: false })],
    });
    expect(Object.keys(prunable(model))).toEqual(['outer/encoder/one/kernel', 'outer/encoder/two/kernel', 'out/kernel']);
  });

  test('one that is applied twice comes once', () => {
    const shared = inner();
    const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
    const both = L.concatenate().apply([shared.apply(a) as tf.SymbolicTensor, shared.apply(b) as tf.SymbolicTensor]) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [a, b], outputs: both });
    expect(Object.keys(prunable(model))).toEqual(['encoder/one/kernel', 'encoder/two/kernel']);
    expect(leafLayers(model).filter(({ layer }) => layer.getClassName() === 'Dense')).toHaveLength(2);
  });

  test('a frozen one is left alone', () => {
    const frozen = inner();
    frozen.trainable = false;
    const model = tf.sequential({ layers: [frozen, L.dense({ name: 'out', units: 1, useBias: false })] });
    expect(Object.keys(prunable(model))).toEqual(['out/kernel']);
    expect(kept(model)['encoder/one/kernel']).toMatch(/frozen|not trained/);
  });

  test('two layers of one name in different models stay apart', () => {
    const twin = (name: string) => tf.sequential({ name, layers: [L.dense({ name: 'same', units: 4, inputShape: [4], useBias: false })] });
    const model = tf.sequential({ layers: [twin('left'), twin('right')] });
    expect(Object.keys(prunable(model))).toEqual(['left/same/kernel', 'right/same/kernel']);
  });

  test('one inside of a timeDistributed has names of its own for each weight', () => {
    const model = single([5, 4], L.timeDistributed({ name: 'each', layer: inner() }));
    expect(Object.values(prunable(model))).toEqual(['4×3', '3×2']);
    expect(new Set(Object.keys(prunable(model))).size).toBe(2);
  });
});

test('a shared layer comes once', () => {
  const shared = L.dense({ name: 'shared', units: 4, useBias: false });
  const input = tf.input({ shape: [4] });
  const model = tf.model({ inputs: input, outputs: shared.apply(shared.apply(input)) as tf.SymbolicTensor });
  expect(Object.keys(prunable(model))).toEqual(['shared/kernel']);
});

test('the variables are the model’s own', () => {
  const model = single([2], L.dense({ name: 'x', units: 1, useBias: false }));
  const [parameter] = modelParameters(model);
  parameter?.variable.assign(tf.tensor2d([5, 6], [2, 1]));
  expect([...(model.predict(tf.tensor2d([[1, 1]])) as tf.Tensor).dataSync()]).toEqual([11]);
  expect(parameter?.size).toBe(2);
});

test('names are the same for a model that is built a second time in the same program', () => {
  const names = () => Object.keys(prunable(single([5, 2], L.bidirectional({ name: 'x', layer: L.gru({ units: 3 }) as never }))));
  expect(names()).toEqual(names());
  const timed = () => Object.keys(prunable(single([5, 2], L.timeDistributed({ name: 'x', layer: L.dense({ units: 3 }) }))));
  expect(timed()).toEqual(timed());
});
