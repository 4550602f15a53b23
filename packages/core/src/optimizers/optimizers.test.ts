import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { optimizer, useCpu } from '../testing/make.ts';

beforeAll(useCpu);

const START = [1, -2, 3];
/** Five gradients for three weights. */
const GRADIENTS = [
  [0.1, -0.4, 2],
  [0.3, 0.2, -1],
  [-0.2, 0, 0.5],
  [0.05, 0.7, 0.25],
  [-0.6, -0.1, 0],
];

/** The weights after each step of one of ours. */
function steps(config: unknown): number[][] {
  const ours = optimizer(config);
  let weight: tf.Tensor = tf.tensor1d(START);
  let slots: readonly tf.Tensor[] = ours.slots.map(() => tf.zeros([3]));
  return GRADIENTS.map((gradient, i) => {
    const step = { number: i + 1, total: 5, progress: (i + 1) / 5 };
    const learningRate = ours.learningRate.rateAt(step);
    ({ weight, slots } = ours.update(weight, tf.tensor1d(gradient), slots, { number: i + 1, learningRate }));
    return [...weight.dataSync()];
  });
}

/** The same with one of tfjs's. */
function stepsOf(theirs: tf.Optimizer): number[][] {
  const variable = tf.variable(tf.tensor1d(START));
  return GRADIENTS.map((gradient) => {
    theirs.applyGradients({ [variable.name]: tf.tensor1d(gradient) });
    return [...variable.dataSync()];
  });
}

function close(values: number[][], expected: number[][]): void {
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of values.flat().entries()) expect(value).toBeCloseTo(expected.flat()[i] as number, 5);
}

/** A formula per weight, in double precision: returns what goes off the weight. */
function byHand(update: (gradient: number, state: Record<string, number>, t: number) => number): number[][] {
  const weights = [...START];
  const states: Record<string, number>[] = START.map(() => ({}));
  return GRADIENTS.map((gradient, i) => {
    START.forEach((_, j) => {
      weights[j] = (weights[j] as number) - update(gradient[j] as number, states[j] as Record<string, number>, i + 1);
    });
    return [...weights];
  });
}

describe('as tfjs does it', () => {
  test('sgd', () => {
    close(steps({ sgd: { learningRate: 0.1 } }), stepsOf(tf.train.sgd(0.1)));
  });

  test('momentum', () => {
    close(steps({ momentum: { learningRate: 0.1, momentum: 0.8 } }), stepsOf(tf.train.momentum(0.1, 0.8)));
  });

  test('Nesterov’s momentum', () => {
    close(steps({ momentum: { learningRate: 0.1, momentum: 0.8, nesterov: true } }), stepsOf(tf.train.momentum(0.1, 0.8, true)));
  });

  test('rmsprop', () => {
    close(steps({ rmsprop: { learningRate: 0.01, decay: 0.8, epsilon: 1e-3 } }), stepsOf(tf.train.rmsprop(0.01, 0.8, 0, 1e-3)));
  });

  test('rmsprop with momentum', () => {
    close(
      steps({ rmsprop: { learningRate: 0.01, decay: 0.8, momentum: 0.5, epsilon: 1e-3 } }),
      stepsOf(tf.train.rmsprop(0.01, 0.8, 0.5, 1e-3)),
    );
  });

  test('adam, where epsilon is too small to tell the two orders apart', () => {
    close(steps({ adam: { learningRate: 0.01 } }), stepsOf(tf.train.adam(0.01, 0.9, 0.999, 1e-9)));
  });
});

describe('by hand', () => {
  test('sgd: w − η·g', () => {
    close(
      steps({ sgd: { learningRate: 0.5 } }),
      byHand((g) => 0.5 * g),
    );
  });

  test('momentum: a = μa + g, w − η·a', () => {
    close(
      steps({ momentum: { learningRate: 0.1, momentum: 0.9 } }),
      byHand((g, state) => {
        state.a = 0.9 * (state.a ?? 0) + g;
        return 0.1 * state.a;
      }),
    );
  });

  test('adam: TensorFlow’s order, where epsilon is not scaled with the bias correction', () => {
    close(
      steps({ adam: { learningRate: 0.01, beta1: 0.8, beta2: 0.9, epsilon: 0.1 } }),
      byHand((g, state, t) => {
        state.m = 0.8 * (state.m ?? 0) + 0.2 * g;
        state.v = 0.9 * (state.v ?? 0) + 0.1 * g * g;
        const rate = (0.01 * Math.sqrt(1 - 0.9 ** t)) / (1 - 0.8 ** t);
        return (rate * state.m) / (Math.sqrt(state.v) + 0.1);
      }),
    );
  });

  test('rmsprop: w − η·g/√(s + ε)', () => {
    close(
      steps({ rmsprop: { learningRate: 0.01, decay: 0.9, epsilon: 0.01 } }),
      byHand((g, state) => {
        state.s = 0.9 * (state.s ?? 0) + 0.1 * g * g;
        return (0.01 * g) / Math.sqrt(state.s + 0.01);
      }),
    );
  });

  test('the first step of adam is the learning rate, in the direction of the gradient', () => {
    const [first] = steps({ adam: { learningRate: 0.01 } });
    close([first as number[]], [[0.99, -1.99, 2.99]]);
  });
});

test('a weight, a gradient and slots of zero stay zero: so masks hold', () => {
  for (const config of ['sgd', 'momentum', { momentum: { nesterov: true } }, 'adam', 'rmsprop', { rmsprop: { momentum: 0.9 } }]) {
    const ours = optimizer(config);
    const zeros = tf.zeros([2]);
    const { weight, slots } = ours.update(
      zeros,
      zeros,
      ours.slots.map(() => zeros),
      { number: 1, learningRate: 0.1 },
    );
    for (const tensor of [weight, ...slots]) expect([...tensor.dataSync()].map(Math.abs)).toEqual([0, 0]);
  }
});
