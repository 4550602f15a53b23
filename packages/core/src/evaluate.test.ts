import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Samples } from './data.ts';
import { evaluate } from './evaluate.ts';
import { loss, useCpu } from './testing/make.ts';
import { randomSamples, tinyNet, tinySamples } from './testing/nets.ts';

beforeAll(useCpu);
const L = tf.layers;

/** A model that gives its input, through an activation. */
function echo(width: number, activation: 'softmax' | 'sigmoid' | 'linear'): tf.LayersModel {
  return tf.sequential({ layers: [L.dense({ units: width, inputShape: [width], activation, kernelInitializer: 'identity' })] });
}
const samplesOf = (inputs: number[][], targets: number[] | number[][]): Samples => ({
  size: inputs.length,
  inputs: [{ shape: [inputs[0]?.length as number], data: Float32Array.from(inputs.flat()) }],
  targets: [{ shape: Array.isArray(targets[0]) ? [targets[0].length] : [], data: Float32Array.from(targets.flat()) }],
});
const classify = { task: 'classification' } as const;

describe('accuracy', () => {
  test('of classes is the share whose highest output is the label’s', async () => {
    const samples = samplesOf(
      [
        [2, 1, 0],
        [0, 1, 5],
        [1, 3, 2],
        [9, 1, 1],
      ],
      [0, 2, 0, 1],
    );
    expect((await evaluate(echo(3, 'softmax'), samples, loss('sparseCategoricalCrossentropy'), classify)).accuracy).toBe(0.5);
  });

  test('of one sigmoid unit is decided at a half', async () => {
    const samples = samplesOf([[0.1], [-0.1], [3], [-3]], [1, 0, 1, 1]);
    expect((await evaluate(echo(1, 'sigmoid'), samples, loss('binaryCrossentropy'), classify)).accuracy).toBe(0.75);
    const asColumn = samplesOf([[0.1], [-0.1], [3], [-3]], [[1], [0], [1], [1]]);
    expect((await evaluate(echo(1, 'sigmoid'), asColumn, loss('binaryCrossentropy'), classify)).accuracy).toBe(0.75);
    // Without its logits (another loss) the output is a probability.
    expect((await evaluate(echo(1, 'sigmoid'), samples, loss('meanSquaredError'), classify)).accuracy).toBe(0.75);
  });

  test('of one-hot targets is that of their classes', async () => {
    const samples = samplesOf(
      [
        [2, 1],
        [0, 1],
        [3, 1],
        [0, 9],
      ],
      [
        [1, 0],
        [0, 1],
        [0, 1],
        [0, 1],
      ],
    );
    expect((await evaluate(echo(2, 'softmax'), samples, loss('categoricalCrossentropy'), classify)).accuracy).toBe(0.75);
  });

  test('of a sequence of labels is the share of right places', async () => {
    const model = tf.sequential({
      layers: [L.dense({ units: 2, inputShape: [2, 2], activation: 'softmax', kernelInitializer: 'identity' })],
    });
    const samples: Samples = {
      size: 2,
      inputs: [{ shape: [2, 2], data: Float32Array.of(2, 1, 0, 1, 3, 1, 0, 9) }],
      targets: [{ shape: [2], data: Float32Array.of(0, 1, 0, 0) }],
    };
    expect((await evaluate(model, samples, loss('sparseCategoricalCrossentropy'), classify)).accuracy).toBe(0.75);
  });

  test('of several outputs is their mean', async () => {
    const input = tf.input({ shape: [2] });
    const head = () => L.dense({ units: 2, activation: 'softmax', kernelInitializer: 'identity' }).apply(input) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: [head(), head()] });
    const one = samplesOf(
      [
        [2, 1],
        [0, 1],
      ],
      [0, 1],
    );
    const samples: Samples = { ...one, targets: [...one.targets, { shape: [], data: Float32Array.of(0, 0) }] };
    expect((await evaluate(model, samples, loss('sparseCategoricalCrossentropy'), classify)).accuracy).toBe(0.75);
  });

  test('of a regression is null', async () => {
    const samples = samplesOf([[1], [2]], [1, 4]);
    expect(await evaluate(echo(1, 'linear'), samples, loss('meanSquaredError'), { task: 'regression' })).toEqual({
      loss: 2,
      accuracy: null,
    });
  });
});

describe('loss and accuracy are those of model.evaluate', () => {
  test.each([1, 7, 50, 1000])('in batches of %d, of which the last is smaller', async (batchSize) => {
    const model = tinyNet();
    const samples = tinySamples(50);
    model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const theirs = model.evaluate(
      tf.tensor2d(samples.inputs[0]?.data as Float32Array, [50, 10]),
      tf.tensor1d(samples.targets[0]?.data as Int32Array, 'float32'),
    ) as tf.Scalar[];
    const ours = await evaluate(model, samples, loss('sparseCategoricalCrossentropy'), { ...classify, batchSize });
    expect(ours.loss).toBeCloseTo(theirs[0]?.dataSync()[0] as number, 5);
    expect(ours.accuracy).toBeCloseTo(theirs[1]?.dataSync()[0] as number, 6);
  });

  test('of a regression with several values', async () => {
    const model = tf.sequential({ layers: [L.dense({ units: 3, inputShape: [4] })] });
    const samples = randomSamples(20, [[4]], [[3]]);
    model.compile({ optimizer: 'sgd', loss: 'meanAbsoluteError' });
    const theirs = model.evaluate(
      tf.tensor2d(samples.inputs[0]?.data as Float32Array, [20, 4]),
      tf.tensor2d(samples.targets[0]?.data as Float32Array, [20, 3]),
    ) as tf.Scalar;
    expect((await evaluate(model, samples, loss('meanAbsoluteError'), { task: 'regression' })).loss).toBeCloseTo(
      theirs.dataSync()[0] as number,
      5,
    );
  });
});

test('dropout is off, penalties do not count', async () => {
  const model = tf.sequential({
    layers: [
      L.dropout({ rate: 0.9, inputShape: [1] }),
      L.dense({ units: 1, kernelInitializer: 'ones', kernelRegularizer: tf.regularizers.l2({ l2: 10 }) }),
    ],
  });
  expect((await evaluate(model, samplesOf([[1], [2]], [1, 2]), loss('meanSquaredError'), { task: 'regression' })).loss).toBe(0);
});

test('images feed a model that takes them flat', async () => {
  const samples: Samples = {
    size: 1,
    inputs: [{ shape: [2, 2, 1], data: Uint8Array.of(255, 0, 0, 0), scale: 1 / 255 }],
    targets: [{ shape: [], data: Uint8Array.of(0) }],
  };
  expect((await evaluate(echo(4, 'softmax'), samples, loss('sparseCategoricalCrossentropy'), classify)).accuracy).toBe(1);
});

test('it leaves no tensor behind, when it is cancelled neither', async () => {
  const model = tinyNet();
  const samples = tinySamples(20);
  const before = tf.memory().numTensors;
  await evaluate(model, samples, loss('sparseCategoricalCrossentropy'), { ...classify, batchSize: 6 });
  expect(tf.memory().numTensors).toBe(before);
  const cancelled = evaluate(model, samples, loss('sparseCategoricalCrossentropy'), { ...classify, signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toMatchObject({ name: 'Cancelled' });
  expect(tf.memory().numTensors).toBe(before);
});

test('no samples are refused, and those of another shape', async () => {
  await expect(evaluate(tinyNet(), tinySamples(0), loss('meanSquaredError'), classify)).rejects.toThrow(
    'there are no samples to evaluate on',
  );
  await expect(evaluate(tinyNet(), tinySamples(3, 1, 9), loss('meanSquaredError'), classify)).rejects.toThrow(
    'the model takes [10], but the data has [9]',
  );
});
