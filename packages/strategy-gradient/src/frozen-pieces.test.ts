import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { FrozenPieces } from './frozen-pieces.ts';
import { rounded } from './testing/one-neuron.ts';

beforeAll(() => tf.setBackend('cpu'));

const chain = (...layers: tf.layers.Layer[]) => tf.sequential({ layers });
const numbers = (output: unknown): number[] => rounded([...(output as tf.Tensor).dataSync()]);

/** What a model makes of `then` while it is held where it was at `at`; without holding; and what `at` itself gives. */
function held(model: tf.LayersModel, at: tf.Tensor, then: tf.Tensor) {
  const pieces = new FrozenPieces(model);
  pieces.record(() => void model.apply(at));
  const there = numbers(pieces.replay(() => model.apply(at)));
  const moved = numbers(pieces.replay(() => model.apply(then)));
  pieces.forget();
  return { there, moved, free: numbers(model.apply(then)), before: numbers(model.apply(at)) };
}

test('a ReLU goes on along the piece that it was on', () => {
  const identity = { units: 2, useBias: false, inputShape: [2] };
  const at = tf.tensor2d([[1, -1]]);
  const then = tf.tensor2d([[-3, 2]]);
  const kinds = {
    fused: chain(tf.layers.dense({ ...identity, activation: 'relu' })),
    layer: chain(tf.layers.reLU({ inputShape: [2] })),
    wrapped: chain(
      tf.layers.reshape({ targetShape: [1, 2], inputShape: [2] }),
      tf.layers.timeDistributed({ layer: tf.layers.dense({ ...identity, activation: 'relu' }) }),
    ),
    nested: chain(chain(tf.layers.activation({ activation: 'relu', inputShape: [2] })) as unknown as tf.layers.Layer),
  };
  for (const model of Object.values(kinds)) {
    model.setWeights(model.getWeights().map(() => tf.tensor2d([1, 0, 0, 1], [2, 2])));
    expect(held(model, at, then)).toEqual({ there: [1, 0], moved: [-3, 0], free: [0, 2], before: [1, 0] });
  }
});

test('so does what leaks, clips or is hard', () => {
  const at = tf.tensor2d([[1, -1, 9]]);
  const then = tf.tensor2d([[-2, 2, 1]]);
  expect(held(chain(tf.layers.leakyReLU({ alpha: 0.1, inputShape: [3] })), at, then).moved).toEqual([-2, 0.2, 1]);
  expect(held(chain(tf.layers.reLU({ maxValue: 6, inputShape: [3] })), at, then).moved).toEqual([-2, 0, 6]);
  expect(held(chain(tf.layers.activation({ activation: 'relu6', inputShape: [3] })), at, then).moved).toEqual([-2, 0, 6]);
});

test('max pooling goes on taking what was largest; not where windows overlap', () => {
  const at = tf.tensor4d([1, 2, 3, 0, 0, 9, 0, 0], [1, 2, 4, 1]);
  const then = tf.tensor4d([7, 1, 5, 0, 0, 4, 8, 0], [1, 2, 4, 1]);
  const pool = (strides: number) => chain(tf.layers.maxPooling2d({ poolSize: 2, strides, inputShape: [2, 4, 1] }));
  expect(held(pool(2), at, then)).toEqual({ there: [9, 3], moved: [4, 5], free: [7, 8], before: [9, 3] });
  expect(held(pool(1), at, then).moved).toEqual([7, 8, 8]);
});

test('everything is put back, and no tensor is left, also when it throws', () => {
  const model = chain(tf.layers.dense({ units: 2, activation: 'relu', inputShape: [2] }), tf.layers.leakyReLU());
  const { activation } = model.layers[0] as unknown as { activation: unknown };
  const at = tf.ones([1, 2]);
  const before = tf.memory().numTensors;
  const pieces = new FrozenPieces(model);
  pieces.record(() => void model.apply(at));
  expect(() =>
    pieces.replay(() => {
      throw new Error('out of memory');
    }),
  ).toThrow('out of memory');
  pieces.forget();
  expect((model.layers[0] as unknown as { activation: unknown }).activation).toBe(activation);
  expect(Object.hasOwn(model.layers[1] as object, 'call')).toBe(false);
  expect(tf.memory().numTensors).toBe(before);
});
