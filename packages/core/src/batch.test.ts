import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { batches, gatherBatch, samplesFor } from './batch.ts';
import { pickSamples, type Samples, sliceSamples } from './data.ts';
import { useCpu } from './testing/make.ts';
import { randomSamples, tinyNet } from './testing/nets.ts';

beforeAll(useCpu);

const bytes: Samples = {
  size: 3,
  inputs: [{ shape: [2], data: Uint8Array.of(0, 255, 51, 102, 0, 0), scale: 1 / 255 }],
  targets: [{ shape: [], data: Int32Array.of(7, 8, 9) }],
};

describe('a batch', () => {
  test('has the samples at these positions, bytes scaled, whole numbers as such', () => {
    const { inputs, targets } = gatherBatch(bytes, [1, 0]);
    const values = [...(inputs[0] as tf.Tensor).dataSync()];
    expect([inputs[0]?.shape, inputs[0]?.dtype, targets[0]?.shape, targets[0]?.dtype]).toEqual([[2, 2], 'float32', [2], 'int32']);
    for (const [i, value] of [0.2, 0.4, 0, 1].entries()) expect(values[i]).toBeCloseTo(value, 6);
    expect([...(targets[0] as tf.Tensor).dataSync()]).toEqual([8, 7]);
  });

  test('has inputs scaled, then moved', () => {
    const moved = { ...bytes, inputs: bytes.inputs.map((column) => ({ ...column, offset: -0.5 })) };
    const values = [...(gatherBatch(moved, [1, 0]).inputs[0] as tf.Tensor).dataSync()];
    for (const [i, value] of [-0.3, -0.1, -0.5, 0.5].entries()) expect(values[i]).toBeCloseTo(value, 6);
  });

  test('comes after batch until each sample was there once', () => {
    const seen = [...batches(bytes, 2)].map(({ size, targets }) => [size, ...(targets[0] as tf.Tensor).dataSync()]);
    expect(seen).toEqual([
      [2, 7, 8],
      [1, 9],
    ]);
  });
});

test('a slice shares its values, a pick copies them', () => {
  const slice = sliceSamples(bytes, 1, 3);
  expect([slice.size, [...(slice.targets[0]?.data ?? [])], [...(slice.inputs[0]?.data ?? [])]]).toEqual([2, [8, 9], [51, 102, 0, 0]]);
  expect(slice.inputs[0]?.data.buffer).toBe(bytes.inputs[0]?.data.buffer);
  const pick = pickSamples(bytes, [2, 0]);
  expect([pick.size, [...(pick.targets[0]?.data ?? [])], [...(pick.inputs[0]?.data ?? [])]]).toEqual([2, [9, 7], [0, 0, 0, 255]]);
  expect(pick.inputs[0]?.data).toBeInstanceOf(Uint8Array);
});

describe('samples are read in the shape of the model', () => {
  test('where the elements are as many', () => {
    expect(samplesFor(tinyNet(), randomSamples(2, [[5, 2, 1]], [[1]])).inputs[0]?.shape).toEqual([10]);
    const images = tf.sequential({ layers: [tf.layers.conv2d({ filters: 1, kernelSize: 2, inputShape: [5, 2, 1] }), tf.layers.flatten()] });
    expect(samplesFor(images, randomSamples(2, [[10]], [[1]])).inputs[0]?.shape).toEqual([5, 2, 1]);
  });

  test('and are left as they are where a dimension is open', () => {
    const open = tf.sequential({ layers: [tf.layers.lstm({ units: 1, inputShape: [null, 2] })] });
    expect(samplesFor(open, randomSamples(2, [[7, 2]], [[1]])).inputs[0]?.shape).toEqual([7, 2]);
  });

  test('and refused by both shapes where they do not fit', () => {
    expect(() => samplesFor(tinyNet(), randomSamples(2, [[9]], [[1]]))).toThrow(
      /^input \w+: the model takes \[10\], but the data has \[9\]\. Choose/,
    );
    expect(() => samplesFor(tinyNet(), randomSamples(2, [[10], [1]], [[1]]))).toThrow('the model takes 1 inputs, but the data has 2');
    expect(() => samplesFor(tinyNet(), randomSamples(2, [[10]], [[1], [1]]))).toThrow(
      'the model has 1 outputs, but the data has 2 targets',
    );
  });
});
