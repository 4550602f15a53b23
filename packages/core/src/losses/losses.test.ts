import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Forward } from '../forward.ts';
import type { Loss } from '../loss.ts';
import { loss, useCpu } from '../testing/make.ts';
import { BinaryCrossentropy } from './binary-crossentropy.ts';
import { CategoricalCrossentropy } from './categorical-crossentropy.ts';
import { SparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.ts';

beforeAll(useCpu);

const value = (tensor: tf.Tensor): number => tensor.dataSync()[0] as number;
const LOGITS = [
  [2, -1, 0.5],
  [0.1, 0.2, -3],
];

function logitsLoss(one: Loss, target: tf.Tensor, logits: tf.Tensor): number {
  return value((one.fromLogits as NonNullable<Loss['fromLogits']>).compute(target, logits));
}
const gradientOf = (one: Loss, target: tf.Tensor, logits: tf.Tensor): number[] => [
  ...tf
    .grad((x) => (one.fromLogits as NonNullable<Loss['fromLogits']>).compute(target, x))(logits)
    .dataSync(),
];

describe('sparseCategoricalCrossentropy', () => {
  const ours = loss('sparseCategoricalCrossentropy');

  test('is −log p of the right class', () => {
    const output = tf.tensor2d([
      [0.5, 0.25, 0.25],
      [0.1, 0.1, 0.8],
    ]);
    expect(value(ours.compute(tf.tensor1d([1, 2], 'int32'), output))).toBeCloseTo((Math.log(4) - Math.log(0.8)) / 2, 6);
    expect(value(ours.compute(tf.tensor1d([1, 2]), output))).toBeCloseTo((Math.log(4) - Math.log(0.8)) / 2, 6);
  });

  test('is tfjs’s softmax cross-entropy, from logits', () => {
    const logits = tf.tensor2d(LOGITS);
    const theirs = tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d([0, 2], 'int32'), 3), logits);
    expect(logitsLoss(ours, tf.tensor1d([0, 2], 'int32'), logits)).toBeCloseTo(value(theirs), 6);
  });

  test('of a sequence is the mean over its places', () => {
    const output = tf.tensor3d([
      [
        [0.5, 0.5],
        [0.25, 0.75],
      ],
    ]);
    expect(value(ours.compute(tf.tensor2d([[0, 0]], [1, 2], 'int32'), output))).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 6);
  });
});

describe('categoricalCrossentropy', () => {
  const ours = loss('categoricalCrossentropy');
  const soft = tf.tensor2d([
    [0.7, 0.2, 0.1],
    [0, 0, 1],
  ]);

  test('is tfjs’s, for soft targets, too', () => {
    const output = tf.softmax(tf.tensor2d(LOGITS));
    const theirs = tf.mean(tf.metrics.categoricalCrossentropy(soft, output));
    expect(value(ours.compute(soft, output))).toBeCloseTo(value(theirs), 5);
    expect(logitsLoss(ours, soft, tf.tensor2d(LOGITS))).toBeCloseTo(value(theirs), 5);
  });
});

describe('binaryCrossentropy', () => {
  const ours = loss('binaryCrossentropy');
  const target = tf.tensor2d([[1], [0]]);

  test('is −t log p − (1 − t) log(1 − p)', () => {
    expect(value(ours.compute(target, tf.tensor2d([[0.25], [0.5]])))).toBeCloseTo((Math.log(4) + Math.log(2)) / 2, 6);
  });

  test('is tfjs’s, from probabilities and from logits, and takes labels without their last dimension', () => {
    const logits = tf.tensor2d([[0.3], [-2]]);
    const theirs = value(tf.mean(tf.metrics.binaryCrossentropy(target, tf.sigmoid(logits))));
    expect(value(ours.compute(target, tf.sigmoid(logits)))).toBeCloseTo(theirs, 5);
    expect(logitsLoss(ours, target, logits)).toBeCloseTo(theirs, 5);
    expect(logitsLoss(ours, tf.tensor1d([1, 0], 'int32'), logits)).toBeCloseTo(theirs, 5);
  });
});

describe('from logits it says the same as from probabilities, and stays finite where these run into 0 or 1', () => {
  test.each([
    ['sparseCategoricalCrossentropy', () => tf.tensor1d([1], 'int32'), [200, -200, 0], 400],
    ['categoricalCrossentropy', () => tf.tensor2d([[0, 1, 0]]), [200, -200, 0], 400],
    ['binaryCrossentropy', () => tf.tensor2d([[0, 1, 0]]), [200, -200, 0], (200 + 200 + Math.log(2)) / 3],
  ])('%s', (name, target, saturated, expected) => {
    const ours = loss(name);
    const activation = ours.fromLogits?.activation === 'softmax' ? tf.softmax : tf.sigmoid;
    const logits = tf.tensor2d([[0.5, -1, 2]]);
    expect(logitsLoss(ours, target(), logits)).toBeCloseTo(value(ours.compute(target(), activation(logits))), 5);

    const far = tf.tensor2d([saturated]);
    expect(logitsLoss(ours, target(), far)).toBeCloseTo(expected, 3);
    expect(Number.isFinite(value(ours.compute(target(), activation(far))))).toBe(true);
    expect(gradientOf(ours, target(), far).every(Number.isFinite)).toBe(true);
  });

  test('the gradient at a wrong certainty is one: it can be unlearned', () => {
    expect(gradientOf(loss('sparseCategoricalCrossentropy'), tf.tensor1d([1], 'int32'), tf.tensor2d([[200, -200]]))).toEqual([1, -1]);
    expect(gradientOf(loss('binaryCrossentropy'), tf.tensor2d([[1]]), tf.tensor2d([[-200]]))).toEqual([-1]);
  });
});

describe('errors of values', () => {
  const target = tf.tensor2d([
    [1, 2],
    [3, 4],
  ]);
  const output = tf.tensor2d([
    [1, 0],
    [6, 4.5],
  ]);

  test('meanSquaredError', () => {
    expect(value(loss('meanSquaredError').compute(target, output))).toBeCloseTo((0 + 4 + 9 + 0.25) / 4, 6);
    expect(value(loss('meanSquaredError').compute(target, output))).toBeCloseTo(value(tf.losses.meanSquaredError(target, output)), 6);
  });

  test('meanAbsoluteError', () => {
    expect(value(loss('meanAbsoluteError').compute(target, output))).toBeCloseTo((0 + 2 + 3 + 0.5) / 4, 6);
    expect(value(loss('meanAbsoluteError').compute(target, output))).toBeCloseTo(value(tf.losses.absoluteDifference(target, output)), 6);
  });

  test('take targets without their last dimension of one', () => {
    expect(value(loss('meanSquaredError').compute(tf.tensor1d([1, 2]), tf.tensor2d([[2], [2]])))).toBeCloseTo(0.5, 6);
  });
});

describe('a loss that extends one of ours', () => {
  const model = () => tf.sequential({ layers: [tf.layers.dense({ units: 2, activation: 'softmax', inputShape: [2] })] });
  const of = (one: Loss): number => {
    const forward = new Forward(model(), one);
    return value(forward.lossOf(forward.outputs([tf.ones([1, 2])], false), [tf.tensor1d([1], 'int32')]));
  };

  test.each([SparseCategoricalCrossentropy, CategoricalCrossentropy, BinaryCrossentropy])(
    'is computed as it says, and not from logits as $name is',
    (Base) => {
      class Seven extends Base {
        override compute(): tf.Scalar {
          return tf.scalar(7);
        }
      }
      expect(new Seven().fromLogits).toBeUndefined();
      expect(of(new Seven())).toBe(7);
      expect(new Base().fromLogits).toBeDefined();
    },
  );

  test('is computed from logits where it says how', () => {
    class Eight extends SparseCategoricalCrossentropy {
      override readonly fromLogits = { activation: 'softmax' as const, compute: () => tf.scalar(8) };
      override compute(): tf.Scalar {
        return tf.scalar(7);
      }
    }
    expect(of(new Eight())).toBe(8);
  });
});

test('a loss leaves nothing but its result', () => {
  for (const name of [
    'sparseCategoricalCrossentropy',
    'categoricalCrossentropy',
    'binaryCrossentropy',
    'meanSquaredError',
    'meanAbsoluteError',
  ]) {
    const target = name.startsWith('sparse') ? tf.tensor1d([1], 'int32') : tf.tensor2d([[0, 1]]);
    const output = tf.tensor2d([[0.5, 0.5]]);
    const before = tf.memory().numTensors;
    const ours = loss(name);
    const results = [ours.compute(target, output), ...(ours.fromLogits ? [ours.fromLogits.compute(target, output)] : [])];
    expect(tf.memory().numTensors - before).toBe(results.length);
  }
});
