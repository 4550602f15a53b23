import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GroupSet, groupSizes } from '../granularity.ts';
import { make, parameterOf, taken, useCpu } from '../testing/make.ts';

beforeAll(useCpu);

const arrange = (granularity: unknown, model: tf.LayersModel) => make('granularity', granularity).arrange(taken(model), model);
const one = (layer: tf.layers.Layer): tf.LayersModel => tf.sequential({ layers: [layer] });
/** Each member of each set with the groups of its elements; a set of single elements counts them. */
const groupsOf = (sets: readonly GroupSet[]) =>
  sets.map(({ members, companions }) =>
    Object.fromEntries([...members, ...companions].map(({ parameter, groups }) => [parameter.name, groups === null ? null : [...groups]])),
  );

const cycle = (times: number, period: readonly number[]): number[] => Array.from({ length: times }, () => period).flat();

describe('units, by hand', () => {
  const unit = (layer: tf.layers.Layer) => groupsOf(arrange('unit', one(layer)));

  test('Dense: columns, with the bias', () => {
    expect(unit(tf.layers.dense({ name: 'd', units: 3, inputShape: [2] }))).toEqual([
      { 'd/kernel': [0, 1, 2, 0, 1, 2], 'd/bias': [0, 1, 2] },
    ]);
  });

  test('Conv1D, Conv2D, Conv3D: filters, the last axis', () => {
    const wanted = (elements: number) => [{ 'c/kernel': cycle(elements / 2, [0, 1]), 'c/bias': [0, 1] }];
    const config = { name: 'c', filters: 2, kernelSize: 2 };
    expect(unit(tf.layers.conv1d({ ...config, inputShape: [4, 3] }))).toEqual(wanted(2 * 3 * 2));
    expect(unit(tf.layers.conv2d({ ...config, inputShape: [4, 4, 3] }))).toEqual(wanted(4 * 3 * 2));
    expect(unit(tf.layers.conv3d({ ...config, inputShape: [4, 4, 4, 3] }))).toEqual(wanted(8 * 3 * 2));
  });

  test('transposed convolutions: filters, the last axis but one', () => {
    // [1, 1, filters 2, channels 3], [1, 1, 1, 2, 3].
    const wanted = [{ 't/kernel': [0, 0, 0, 1, 1, 1], 't/bias': [0, 1] }];
    expect(unit(tf.layers.conv2dTranspose({ name: 't', filters: 2, kernelSize: 1, inputShape: [2, 2, 3] }))).toEqual(wanted);
    expect(unit(tf.layers.conv3dTranspose({ name: 't', filters: 2, kernelSize: 1, inputShape: [2, 2, 2, 3] }))).toEqual(wanted);
  });

  test('depthwise: channels, each with all that its multiplier makes of it', () => {
    const layer = tf.layers.depthwiseConv2d({ name: 'p', kernelSize: [1, 2], depthMultiplier: 2, inputShape: [3, 3, 2] });
    expect(unit(layer)).toEqual([{ 'p/depthwise_kernel': cycle(2, [0, 1, 2, 3]), 'p/bias': [0, 1, 2, 3] }]);
  });

  test('separable: the channels between, and the filters, whose the bias is', () => {
    const layer = tf.layers.separableConv2d({ name: 's', filters: 3, kernelSize: 1, depthMultiplier: 2, inputShape: [2, 2, 1] });
    expect(unit(layer)).toEqual([{ 's/depthwise_kernel': [0, 1] }, { 's/pointwise_kernel': cycle(2, [0, 1, 2]), 's/bias': [0, 1, 2] }]);
  });

  test('Embedding: the dimensions of its vectors', () => {
    expect(unit(tf.layers.embedding({ name: 'e', inputDim: 3, outputDim: 2, inputLength: 2 }))).toEqual([
      { 'e/embeddings': cycle(3, [0, 1]) },
    ]);
  });

  test.each([
    ['simpleRNN', 1],
    ['gru', 3],
    ['lstm', 4],
  ] as const)('%s: a hidden unit in each of its %i gates, in both kernels', (type, gates) => {
    const layer = tf.layers[type]({ name: 'r', units: 2, inputShape: [3, 1], resetAfter: false } as never);
    const row = cycle(gates, [0, 1]);
    expect(unit(layer)).toEqual([{ 'r/kernel': row, 'r/recurrent_kernel': cycle(2, row), 'r/bias': row }]);
  });

  test('ConvLSTM2D: a hidden channel in each of its four gates', () => {
    const layer = tf.layers.convLstm2d({ name: 'r', filters: 2, kernelSize: 1, inputShape: [2, 2, 2, 1] });
    expect(unit(layer)).toEqual([{ 'r/kernel': cycle(4, [0, 1]), 'r/recurrent_kernel': cycle(8, [0, 1]), 'r/bias': cycle(4, [0, 1]) }]);
  });

  test('Bidirectional: the hidden units of each direction', () => {
    const lstm = tf.layers.lstm({ units: 2 }) as unknown as tf.RNN;
    const sets = unit(tf.layers.bidirectional({ name: 'b', layer: lstm, inputShape: [3, 1], mergeMode: 'concat' }));
    const row = cycle(4, [0, 1]);
    expect(sets.map((set) => Object.values(set))).toEqual([
      [row, cycle(2, row), row],
      [row, cycle(2, row), row],
    ]);
    expect(sets.flatMap((set) => Object.keys(set))).toEqual(
      ['forward', 'backward'].flatMap((way) =>
        ['kernel', 'recurrent_kernel', 'bias'].map((weight) => expect.stringMatching(new RegExp(`^b/${way}.*/${weight}$`))),
      ),
    );
  });

  test('TimeDistributed: those of the layer inside', () => {
    const inner = tf.layers.dense({ units: 2 });
    const [set] = unit(tf.layers.timeDistributed({ name: 't', layer: inner, inputShape: [3, 2] }));
    expect(Object.values(set ?? {})[0]).toEqual([0, 1, 0, 1]);
  });

  test('the batch norm behind goes along, also behind an activation; not where others read the layer, too', () => {
    const conv = tf.layers.conv2d({ name: 'c', filters: 2, kernelSize: 1, inputShape: [2, 2, 1] });
    const norm = tf.layers.batchNormalization({ name: 'n' });
    const direct = arrange('unit', tf.sequential({ layers: [conv, tf.layers.reLU(), norm, tf.layers.flatten()] }));
    expect(groupsOf(direct)).toEqual([{ 'c/kernel': [0, 1], 'c/bias': [0, 1], 'n/gamma': [0, 1], 'n/beta': [0, 1] }]);

    const input = tf.input({ shape: [3] });
    const hidden = tf.layers.dense({ name: 'd', units: 2 }).apply(input) as tf.SymbolicTensor;
    const normed = tf.layers.batchNormalization({ name: 'm' }).apply(hidden) as tf.SymbolicTensor;
    const sum = tf.layers.add().apply([hidden, normed]) as tf.SymbolicTensor;
    expect(groupsOf(arrange('unit', tf.model({ inputs: input, outputs: sum })))[0]).not.toHaveProperty('m/gamma');
  });
});

describe('blocks, by hand', () => {
  test('are smaller at the edges', () => {
    const sets = make('granularity', { block: { rows: 2, columns: 3 } }).arrange(
      [parameterOf('k', new Array(12), [3, 4])],
      tf.sequential(),
    );
    expect(groupsOf(sets)).toEqual([{ k: [0, 0, 0, 1, 0, 0, 0, 1, 2, 2, 2, 3] }]);
    expect([...(groupSizes(sets[0] as GroupSet) as Uint32Array)]).toEqual([6, 2, 3, 1]);
  });

  test('of a convolution lie in each of its spatial slices', () => {
    const sets = make('granularity', { block: { rows: 2, columns: 1 } }).arrange(
      [parameterOf('k', new Array(8), [1, 2, 2, 2])],
      tf.sequential(),
    );
    expect(groupsOf(sets)).toEqual([{ k: [0, 1, 0, 1, 2, 3, 2, 3] }]);
    expect(sets[0]?.count).toBe(4);
  });

  test('of a transposed convolution have their rows along its inputs, too: the last axis of its kernel', () => {
    const block = { block: { rows: 2, columns: 1 } };
    // [1, 1, filters 2, channels 3], [1, 1, 1, 2, 3]: two inputs and the one left over, of each filter.
    const wanted = [{ 't/kernel': [0, 0, 2, 1, 1, 3] }];
    expect(
      groupsOf(arrange(block, one(tf.layers.conv2dTranspose({ name: 't', filters: 2, kernelSize: 1, inputShape: [2, 2, 3] })))),
    ).toEqual(wanted);
    expect(
      groupsOf(arrange(block, one(tf.layers.conv3dTranspose({ name: 't', filters: 2, kernelSize: 1, inputShape: [2, 2, 2, 3] })))),
    ).toEqual(wanted);
  });

  test('larger than the tensor are the tensor', () => {
    const [set] = make('granularity', { block: { rows: 9, columns: 9 } }).arrange(
      [parameterOf('k', new Array(6), [2, 3])],
      tf.sequential(),
    );
    expect(set?.count).toBe(1);
    expect(groupSizes(set as GroupSet)).toBe(6);
  });
});

describe('kernels, by hand', () => {
  test('are the spatial slices: of each input and output channel', () => {
    const model = one(tf.layers.conv2d({ name: 'c', filters: 2, kernelSize: 2, inputShape: [3, 3, 2] }));
    expect(groupsOf(arrange('kernel', model))).toEqual([{ 'c/kernel': cycle(4, [0, 1, 2, 3]) }]);
    const depthwise = one(tf.layers.depthwiseConv2d({ name: 'p', kernelSize: 2, inputShape: [3, 3, 2] }));
    expect(groupsOf(arrange('kernel', depthwise))).toEqual([{ 'p/depthwise_kernel': cycle(4, [0, 1]) }]);
  });

  test('a Dense has none: it says so', () => {
    const model = one(tf.layers.dense({ units: 2, inputShape: [2] }));
    const [parameter] = taken(model);
    expect(make('granularity', 'kernel').refuses?.(parameter as never, model)).toBe(
      'it has no spatial axes: kernels are slices of convolutions',
    );
  });
});

test('single elements are groups of their own', () => {
  const sets = arrange('element', one(tf.layers.dense({ name: 'd', units: 3, inputShape: [2] })));
  expect(groupsOf(sets)).toEqual([{ 'd/kernel': null }]);
  expect(groupSizes(sets[0] as GroupSet)).toBe(1);
});
