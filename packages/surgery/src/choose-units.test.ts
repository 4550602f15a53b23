import type { Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ShrinkOptions, shrink } from './shrink.ts';
import { disposeLoaded, randomise, useCpu } from './testing/models.ts';

beforeAll(useCpu);

type Flow = tf.SymbolicTensor;
const apply = (layer: tf.layers.Layer, ...inputs: Flow[]) => layer.apply(inputs.length === 1 ? (inputs[0] as Flow) : inputs) as Flow;

/** Layers without biases, whose units have these magnitudes: 3 inputs to `a`, to `b`, to one output. */
function net(a: readonly number[], b: readonly number[]): tf.LayersModel {
  const kernel = (rows: number, columns: readonly number[]) => tf.tensor2d(Array.from({ length: rows }, () => [...columns]));
  const layers = [a, b, [1]].map((columns, i) =>
    tf.layers.dense({ name: ['a', 'b', 'output'][i], units: columns.length, useBias: false, ...(i === 0 ? { inputShape: [3] } : {}) }),
  );
  const model = tf.sequential({ layers });
  tf.tidy(() => {
    layers[0]?.setWeights([kernel(3, a)]);
    layers[1]?.setWeights([kernel(a.length, b)]);
  });
  return model;
}

/** Which units go, by layer. */
async function removed(model: tf.LayersModel, options: ShrinkOptions): Promise<Record<string, readonly number[]>> {
  const { removal, model: small } = await shrink(model, options);
  small.dispose();
  disposeLoaded(model);
  return Object.fromEntries(Object.entries(removal.units).map(([name, each]) => [name, each.removed]));
}

describe('how many go', () => {
  test('the same share of each layer, the smallest first', async () => {
    expect(await removed(net([4, 1, 3, 2], [5, 1, 2]), { sparsity: 0.5 })).toEqual({ a: [1, 3], b: [1, 2] });
  });

  test('or more of those layers whose units are small against the rest of their layer', async () => {
    // Means are 2.5 and 1: relative scores are 3.96, 0.004, 0.02, 0.016, and 1 for all of b.
    const model = net([9.9, 0.01, 0.05, 0.04], [1, 1, 1]);
    expect(await removed(model, { sparsity: 3 / 7, scope: 'global' })).toEqual({ a: [1, 2, 3] });
  });

  test('until so many multiply-accumulates are left, a share or a number', async () => {
    // 3·4 + 4·4 + 4·1 = 32; with 2 and 2 units 3·2 + 2·2 + 2 = 12; with 3 and 2 it would be 9 + 6 + 2 = 17.
    const model = () => net([1, 2, 3, 4], [1, 2, 3, 4]);
    expect(await removed(model(), { macs: 12 })).toEqual({ a: [0, 1], b: [0, 1] });
    expect(await removed(model(), { macs: 0.4 })).toEqual({ a: [0, 1], b: [0, 1] });
    expect(await removed(model(), { parameters: 32 })).toEqual({});
    expect(await removed(model(), { parameters: 16 })).toEqual({ a: [0, 1], b: [0, 1] });
  });

  test('widths stay multiples, layers keep their minimum, what is to be kept is', async () => {
    const wide = () => net([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 2, 3, 4, 5, 6]);
    // 10·0.5 = 5 would be left of a, 3 of b.
    expect(await removed(wide(), { sparsity: 0.5, roundTo: 4 })).toEqual({ a: [0, 1], b: [0, 1] });
    expect(await removed(wide(), { sparsity: 0.9, minimum: 4 })).toEqual({ a: [0, 1, 2, 3, 4, 5], b: [0, 1] });
    expect(await removed(wide(), { sparsity: 1 })).toEqual({ a: [0, 1, 2, 3, 4, 5, 6, 7, 8], b: [0, 1, 2, 3, 4] });
    expect(await removed(wide(), { sparsity: 0.5, keep: ['a*'] })).toEqual({ b: [0, 1, 2] });
  });
});

describe('scores of units that are coupled', () => {
  /** Two layers of three units without a bias, whose sum is read. */
  function coupled(a: readonly number[], b: readonly number[]): tf.LayersModel {
    const input = tf.input({ shape: [1] });
    const layers = [a, b].map((columns, i) => tf.layers.dense({ name: ['a', 'b'][i], units: columns.length, useBias: false }));
    const sum = apply(tf.layers.add(), ...layers.map((layer) => apply(layer, input)));
    const model = randomise(tf.model({ inputs: input, outputs: apply(tf.layers.dense({ units: 1 }), sum) }));
    tf.tidy(() => {
      for (const [i, columns] of [a, b].entries()) layers[i]?.setWeights([tf.tensor2d([[...columns]])]);
    });
    return model;
  }

  test('are added up, averaged, or the largest of them', async () => {
    // Sums 7, 5.5, 6; largest 4, 5, 3.
    const model = () => coupled([3, 0.5, 3], [4, 5, 3]);
    expect(await removed(model(), { sparsity: 1 / 3, coupled: 'sum' })).toEqual({ a: [1], b: [1] });
    expect(await removed(model(), { sparsity: 1 / 3, coupled: 'mean' })).toEqual({ a: [1], b: [1] });
    expect(await removed(model(), { sparsity: 1 / 3, coupled: 'max' })).toEqual({ a: [2], b: [2] });
  });

  test('come from any scorer of weights', async () => {
    const reversed: Scorer = {
      score: (parameters) => parameters.map(({ variable }) => tf.tidy(() => tf.neg(tf.abs(variable as tf.Tensor)))),
    };
    expect(await removed(net([4, 1, 3, 2], [5, 1, 2]), { sparsity: 0.5, scorer: reversed, reduce: 'sum' })).toEqual({
      a: [0, 2],
      b: [0, 2],
    });
  });

  test('are reduced within a kernel by sum, mean, largest or length', async () => {
    const model = () => {
      const made = net([1, 1], [1, 1]);
      // Columns (3, 0, 0) and (2, 2, 0): lengths 3 and 2.8, sums 3 and 4, largest 3 and 2.
      tf.tidy(() =>
        made.layers[0]?.setWeights([
          tf.tensor2d([
            [3, 2],
            [0, 2],
            [0, 0],
          ]),
        ]),
      );
      return made;
    };
    const one = { sparsity: 0.5, keep: ['b'] };
    expect(await removed(model(), { ...one, reduce: 'l2' })).toEqual({ a: [1] });
    expect(await removed(model(), { ...one, reduce: 'max' })).toEqual({ a: [1] });
    expect(await removed(model(), { ...one, reduce: 'sum' })).toEqual({ a: [0] });
    expect(await removed(model(), { ...one, reduce: 'mean' })).toEqual({ a: [0] });
  });

  test('of the wrong shape are refused by the parameter’s name, and nothing leaks', async () => {
    const model = net([1, 2], [1, 2]);
    const { numTensors } = tf.memory();
    const wrong: Scorer = { score: (parameters) => parameters.map(() => tf.scalar(1)) };
    await expect(shrink(model, { sparsity: 0.5, scorer: wrong })).rejects.toThrow(
      'a/kernel: the scorer gave no score for each of its weights',
    );
    expect(tf.memory().numTensors).toBe(numTensors);
    disposeLoaded(model);
  });
});
