import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { useCpu } from '../testing/models.ts';
import { activationValue, mixesUnits } from './activation-values.ts';

beforeAll(useCpu);

const POINTS = [-7, -2.6, -1, -0.3, 0, 0.2, 1, 2.4, 6.5, 9];

test.each([
  'linear',
  'relu',
  'relu6',
  'elu',
  'selu',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'softplus',
  'softsign',
  'swish',
  'mish',
  'gelu_new',
])('%s of a number is what tfjs makes of it', (name) => {
  const layer = tf.layers.activation({ activation: name as 'relu' });
  const values = tf.tidy(() => [...(layer.apply(tf.tensor2d([POINTS])) as tf.Tensor).dataSync()]);
  POINTS.forEach((x, i) => {
    expect(activationValue(name, x), `${name}(${x})`).toBeCloseTo(values[i] as number, 5);
  });
});

test('what is not known varies; softmax looks at all units', () => {
  expect(activationValue('of my own', 1)).toBeNaN();
  expect(activationValue('gelu', 0)).toBe(0);
  expect(activationValue(undefined, 3)).toBe(3);
  expect(['softmax', 'logSoftmax', 'relu', undefined].map(mixesUnits)).toEqual([true, true, false, false]);
});
