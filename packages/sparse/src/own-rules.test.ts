import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileSparse, operations } from './index.ts';
import { modelOf, sparsified, worstDifference } from './testing/compare.ts';
import { layerOf } from './testing/own-layer.ts';

const L = tf.layers;
const ROUNDING = 1e-5;

type Flow = tf.SymbolicTensor;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Two layers on one input, and what a layer of its own makes of what they give. */
function ofTwo(own: tf.layers.Layer, [first, second]: readonly [number, number]): tf.LayersModel {
  const input = tf.input({ shape: [3] });
  const flows = [first, second].map((units) => L.dense({ units }).apply(input) as Flow);
  return sparsified(tf.model({ inputs: input, outputs: own.apply(flows) as Flow }), 0);
}

describe('two numbers to one', () => {
  const subtract = () =>
    layerOf({
      call: ([a, b]) => tf.sub(a, b),
      shape: ([a, b]) => [Math.max(...a, ...b)],
      rule: ([a, b], build) => operations.binary(build, 'subtract', a, b),
    });

  test.each([
    [1, 2],
    [1, 3],
    [1, 4],
    [1, 5],
    [3, 1],
    [5, 1],
    [3, 3],
  ] as const)('a difference of %i and %i numbers, where the one repeats', async (first, second) => {
    expect(await worstDifference(ofTwo(subtract(), [first, second]))).toBeLessThan(ROUNDING);
  });

  test('a product of one number and a constant of three', async () => {
    const factors = [2, 3, 4];
    const own = layerOf({
      call: ([x]) => tf.mul(x, factors),
      shape: () => [3],
      rule: ([x], build) => operations.binary(build, 'multiply', x, { shape: [3], constant: factors }),
    });
    expect(await worstDifference(sparsified(modelOf([3], L.dense({ units: 1 }), own, L.dense({ units: 2 })), 0))).toBeLessThan(ROUNDING);
  });

  test('what is read for the last time, and does not repeat, is written over', async () => {
    const { memory: whole } = await compileSparse(ofTwo(subtract(), [64, 64]));
    const { memory: repeated } = await compileSparse(ofTwo(subtract(), [64, 1]));
    expect(whole.activations).toBe(4 * (4 + 64 + 64));
    expect(repeated.activations).toBe(4 * (64 + 4 + 4));
  });
});
