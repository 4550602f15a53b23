import * as tf from '@tensorflow/tfjs';
import type { Samples } from '../data.ts';
import { Random } from '../random.ts';

const glorot = (seed: number) => tf.initializers.glorotUniform({ seed });

/** Ten inputs, twelve hidden units, three classes: the same weights for the same seed. */
export function tinyNet(seed = 1, extra: tf.layers.Layer[] = []): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.dense({ name: 'hidden', units: 12, activation: 'relu', inputShape: [10], kernelInitializer: glorot(seed) }),
      ...extra,
      tf.layers.dense({ name: 'output', units: 3, activation: 'softmax', kernelInitializer: glorot(seed + 1) }),
    ],
  });
}

/** Points whose class is that of the nearest of three random centres. */
export function tinySamples(size = 50, seed = 1, inputs = 10, classes = 3): Samples {
  const random = Random.of(seed, 'samples');
  const centres = Array.from({ length: classes }, () => Float32Array.from({ length: inputs }, () => random.next() * 2 - 1));
  const data = Float32Array.from({ length: size * inputs }, () => random.next() * 2 - 1);
  const labels = Int32Array.from({ length: size }, (_, i) => {
    const point = data.subarray(i * inputs, (i + 1) * inputs);
    const distances = centres.map((centre) => centre.reduce((sum, x, j) => sum + (x - (point[j] as number)) ** 2, 0));
    return distances.indexOf(Math.min(...distances));
  });
  return { size, inputs: [{ shape: [inputs], data }], targets: [{ shape: [], data: labels }] };
}

/** Values for a regression: rows of random numbers, in any shapes. */
export function randomSamples(size: number, inputs: readonly number[][], targets: readonly number[][], seed = 1): Samples {
  const random = Random.of(seed, 'random samples');
  const column = (shape: number[]) => {
    const width = shape.reduce((product, side) => product * side, 1);
    return { shape, data: Float32Array.from({ length: size * width }, () => random.next() * 2 - 1) };
  };
  return { size, inputs: inputs.map(column), targets: targets.map(column) };
}
