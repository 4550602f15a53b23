import {
  Mask,
  MaskSet,
  modelParameters,
  type PrunableParameter,
  Random,
  type Samples,
  type Scorer,
  type ScoringContext,
  selectParameters,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bed } from '../testing/bed.ts';

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.disposeVariables());

const samplesOf = (inputs: number[][], targets: number[][]): Samples => ({
  size: inputs.length,
  inputs: [{ shape: [inputs[0]?.length as number], data: Float32Array.from(inputs.flat()) }],
  targets: [{ shape: [targets[0]?.length as number], data: Float32Array.from(targets.flat()) }],
});

function scorerOn(model: tf.LayersModel, config: unknown, samples?: Samples, batchSize = 2): Scorer {
  return bed.on({ model, samples }, { batchSize }).make('scorer', config);
}

interface Looked {
  readonly parameters?: readonly PrunableParameter[];
  readonly masks?: MaskSet;
}

/** The scores of each parameter's weights. */
async function scoresBy(scorer: Scorer, model: tf.LayersModel, looked: Looked = {}): Promise<number[][]> {
  const parameters = looked.parameters ?? selectParameters(model).taken;
  const masks = looked.masks ?? new MaskSet(parameters);
  const before = tf.memory().numTensors;
  const scores = await scorer.score(parameters, { model, masks, random: Random.of(1) } as unknown as ScoringContext);
  expect(tf.memory().numTensors - before).toBe(parameters.length);
  expect(scores.map(({ shape }) => shape)).toEqual(parameters.map(({ shape }) => shape));
  return scores.map((tensor) => [...tensor.dataSync()]);
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

/** Two inputs, three units: columns (3, −4), (0, 1), (−2, 0). */
function dense(...behind: tf.layers.Layer[]): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: 'dense', units: 3, inputShape: [2] }), ...behind] });
  model.getLayer('dense').setWeights([
    tf.tensor2d([
      [3, 0, -2],
      [-4, 1, 0],
    ]),
    tf.zeros([3]),
  ]);
  return model;
}

describe('norm', () => {
  test('is Σ|w| or √Σw² of a unit, at each of its weights', async () => {
    const model = dense();
    expect(await scoresBy(scorerOn(model, { norm: { relative: false } }), model)).toEqual([[7, 1, 2, 7, 1, 2]]);
    expect(await scoresBy(scorerOn(model, { norm: { norm: 'l2', relative: false } }), model)).toEqual([[5, 1, 2, 5, 1, 2]]);
  });

  test('of a convolution is that of its filter; of a transposed one, too', async () => {
    const one = tf.sequential({ layers: [tf.layers.conv2d({ filters: 2, kernelSize: [1, 2], inputShape: [2, 2, 1], useBias: false })] });
    one.setWeights([tf.tensor4d([1, 10, 2, 20], [1, 2, 1, 2])]);
    expect(await scoresBy(scorerOn(one, { norm: { relative: false } }), one)).toEqual([[3, 30, 3, 30]]);
    const other = tf.sequential({
      layers: [tf.layers.conv2dTranspose({ filters: 2, kernelSize: 1, inputShape: [2, 2, 3], useBias: false })],
    });
    other.setWeights([tf.tensor4d([1, 2, 3, 10, 20, 30], [1, 1, 2, 3])]);
    expect(await scoresBy(scorerOn(other, { norm: { relative: false } }), other)).toEqual([[6, 6, 6, 60, 60, 60]]);
  });

  test('of a hidden unit is over all gates of both kernels', async () => {
    const model = tf.sequential({ layers: [tf.layers.simpleRNN({ units: 2, inputShape: [3, 1], useBias: false })] });
    model.setWeights([
      tf.tensor2d([[1, 2]]),
      tf.tensor2d([
        [10, 20],
        [-100, 200],
      ]),
    ]);
    expect(await scoresBy(scorerOn(model, { norm: { relative: false } }), model)).toEqual([
      [111, 222],
      [111, 222, 111, 222],
    ]);
  });
});

test('norm and fpgm stand against the mean of what is left of the layer, so that layers of other sizes compare', async () => {
  const model = dense();
  // 7, 1 and 2 have the mean 10/3.
  expect(await scoresBy(scorerOn(model, 'norm'), model)).toEqual([close([2.1, 0.3, 0.6, 2.1, 0.3, 0.6])]);
  model.setWeights([
    tf.tensor2d([
      [3, 0, -2],
      [-4, 0, 0],
    ]),
    tf.zeros([3]),
  ]);
  // One unit is pruned: 7 and 2 have the mean 4.5.
  expect(await scoresBy(scorerOn(model, 'norm'), model)).toEqual([close([14 / 9, 0, 4 / 9, 14 / 9, 0, 4 / 9])]);
  const apart = [1, 2, 3].map((scale) => {
    const one = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [1], useBias: false })] });
    one.setWeights([tf.tensor2d([[0, scale]])]);
    return one;
  });
  for (const one of apart) expect(await scoresBy(scorerOn(one, 'fpgm'), one)).toEqual([close([1, 1])]);
});

describe('fpgm', () => {
  test('sums the distances to the other units', async () => {
    const model = dense();
    // From (3, −4) to (0, 1): √34; to (−2, 0): √41. From (0, 1) to (−2, 0): √5.
    const [a, b, c] = [Math.sqrt(34) + Math.sqrt(41), Math.sqrt(34) + Math.sqrt(5), Math.sqrt(41) + Math.sqrt(5)];
    expect(await scoresBy(scorerOn(model, { fpgm: { relative: false } }), model)).toEqual([close([a, b, c, a, b, c])]);
  });

  test('units that are pruned are no neighbours', async () => {
    const model = dense();
    const parameters = selectParameters(model).taken;
    const masks = new MaskSet(parameters);
    masks.replace(parameters[0] as PrunableParameter, Mask.of([1, 0, 1, 1, 0, 1]));
    const [scores] = await scoresBy(scorerOn(model, { fpgm: { relative: false } }), model, { parameters, masks });
    expect(scores).toEqual(close([Math.sqrt(41), 0, Math.sqrt(41), Math.sqrt(41), 0, Math.sqrt(41)]));
  });

  test('a unit that repeats the others scores less than one that stands alone, whatever its size', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [1], useBias: false })] });
    model.setWeights([tf.tensor2d([[5, 5.1, 0]])]);
    const [[first, second, third] = []] = await scoresBy(scorerOn(model, { fpgm: { relative: false } }), model);
    expect(third).toBeGreaterThan(Math.max(first as number, second as number));
  });
});

describe('slimming', () => {
  const norm = (more: object = {}) => tf.layers.batchNormalization({ name: 'norm', ...more });

  test('is |γ| of the batch norm behind, over an activation', async () => {
    for (const behind of [[norm()], [tf.layers.reLU(), norm()]]) {
      const model = dense(...behind);
      modelParameters(model)
        .find(({ name }) => name === 'norm/gamma')
        ?.variable.assign(tf.tensor1d([0.5, -2, 0]));
      expect(await scoresBy(scorerOn(model, 'slimming'), model)).toEqual([[0.5, 2, 0, 0.5, 2, 0]]);
    }
  });

  test.each([
    ['without a batch norm', () => dense(), 'no batch norm behind it scales its units one by one'],
    [
      'with one behind a layer that mixes channels',
      () => dense(tf.layers.dense({ name: 'next', units: 3 }), norm()),
      'no batch norm behind it scales its units one by one',
    ],
    ['with one that has no scale', () => dense(norm({ scale: false })), 'the batch norm behind it, norm, has no scale (scale: false)'],
  ])('a layer %s is refused by name', (_, made, why) => {
    const model = made();
    expect(scorerOn(model, 'slimming').refuses?.(selectParameters(model).taken[0] as PrunableParameter, model)).toBe(why);
  });
});

describe('apoz and mean-activation', () => {
  // Units give 3x − 4y, y and −2x: (3, 0, −2), (−4, 1, 0), (−1, 1, −2) and (0, 0, 0).
  const samples = samplesOf(
    [
      [1, 0],
      [0, 1],
      [1, 1],
      [0, 0],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  );

  test('apoz is the share of what is not zero behind the ReLU', async () => {
    for (const model of [dense(tf.layers.reLU()), dense(tf.layers.activation({ activation: 'relu' }))]) {
      expect(await scoresBy(scorerOn(model, 'apoz', samples, 3), model)).toEqual([[0.25, 0.5, 0, 0.25, 0.5, 0]]);
    }
  });

  test('mean-activation is the mean of what a unit gives behind it', async () => {
    const model = dense(tf.layers.reLU());
    expect(await scoresBy(scorerOn(model, 'mean-activation', samples, 3), model)).toEqual([[0.75, 0.5, 0, 0.75, 0.5, 0]]);
    const linear = dense();
    expect(await scoresBy(scorerOn(linear, 'mean-activation', samples, 3), linear)).toEqual([[2, 0.5, 1, 2, 0.5, 1]]);
  });

  test('of a convolution it is over all places, and behind the batch norm before the ReLU', async () => {
    const conv = tf.layers.conv2d({ name: 'conv', filters: 2, kernelSize: 1, inputShape: [1, 2, 1], useBias: false });
    const model = tf.sequential({ layers: [conv, tf.layers.batchNormalization({ name: 'norm', epsilon: 0 }), tf.layers.reLU()] });
    conv.setWeights([tf.tensor4d([1, -1], [1, 1, 1, 2])]);
    modelParameters(model)
      .find(({ name }) => name === 'norm/beta')
      ?.variable.assign(tf.tensor1d([-2, 0]));
    const images: Samples = {
      size: 2,
      inputs: [{ shape: [1, 2, 1], data: Float32Array.of(1, 3, -1, 4) }],
      targets: [{ shape: [1, 2, 2], data: new Float32Array(8) }],
    };
    // Behind the norm: x − 2 is 1 and 2 at two places, −x is 1 at one.
    expect(await scoresBy(scorerOn(model, 'apoz', images), model)).toEqual([close([0.5, 0.25])]);
    expect(await scoresBy(scorerOn(model, 'mean-activation', images), model)).toEqual([close([0.75, 0.25])]);
  });

  test('what cannot be seen is refused by name', () => {
    const why = (scorer: string, layers: tf.layers.Layer[]) => {
      const model = tf.sequential({ layers });
      return scorerOn(model, scorer).refuses?.(selectParameters(model).taken[0] as PrunableParameter, model);
    };
    expect(why('apoz', [tf.layers.dense({ units: 2, inputShape: [2], activation: 'tanh' })])).toBe(
      'no ReLU behind it makes zeros that could be counted',
    );
    expect(why('apoz', [tf.layers.dense({ units: 2, inputShape: [2], activation: 'relu' })])).toBeUndefined();
    const separable = tf.layers.separableConv2d({ filters: 2, kernelSize: 1, inputShape: [2, 2, 2] });
    expect(why('mean-activation', [separable])).toBe('what its units give is not what the layer gives, and is not to be seen');
  });
});

describe('taylor-unit', () => {
  test('is the squared sum of w·∂L/∂w over the unit, averaged over the batches', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2], useBias: false })] });
    model.setWeights([
      tf.tensor2d([
        [1, 2],
        [3, -1],
      ]),
    ]);
    const samples = samplesOf(
      [
        [1, 0],
        [0, 1],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    );
    // The loss is the mean of y² over two units, so ∂L/∂y = y: of sample 1 (1, 2), of sample 2 (3, −1).
    // w·g summed over a unit: of sample 1 (1, 4), of sample 2 (9, 1). Squares (1, 16) and (81, 1), of which the mean.
    const each = { 'taylor-unit': { batchSize: 1 } };
    expect(await scoresBy(scorerOn(model, each, samples), model)).toEqual([close([41, 8.5, 41, 8.5])]);
    // In one batch the gradient is halved: w·g (5, 2.5).
    expect(await scoresBy(scorerOn(model, 'taylor-unit', samples), model)).toEqual([close([25, 6.25, 25, 6.25])]);
  });

  test('of a hidden unit is over both of its kernels', async () => {
    const model = tf.sequential({ layers: [tf.layers.simpleRNN({ units: 1, inputShape: [2, 1], useBias: false, activation: 'linear' })] });
    model.setWeights([tf.tensor2d([[2]]), tf.tensor2d([[3]])]);
    const samples: Samples = {
      size: 1,
      inputs: [{ shape: [2, 1], data: Float32Array.of(1, 1) }],
      targets: [{ shape: [1], data: Float32Array.of(0) }],
    };
    // h = u·k·x + k·x = 8, L = h², ∂L/∂h = 16; ∂h/∂k = 4, ∂h/∂u = 2: k·g + u·g = 2·64 + 3·32 = 224.
    expect(await scoresBy(scorerOn(model, 'taylor-unit', samples), model)).toEqual([close([224 ** 2]), close([224 ** 2])]);
  });
});
