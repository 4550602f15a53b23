import { type Granularity, groupSizes, type PrunableParameter } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';

interface Cut {
  readonly granularity: Granularity;
  readonly parameters: readonly PrunableParameter[];
  readonly model: tf.LayersModel;
}

/** Whether a sparsity is met as nearly as what is cut as one allows: to one element, or to the largest group. */
export function isReached(got: number, asked: number, { granularity, parameters, model }: Cut): boolean {
  const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  const largest = Math.max(...granularity.arrange(parameters, model).map((set) => largestOf(groupSizes(set))));
  return Math.abs(got - asked) * size <= largest / 2 + 0.5;
}

export function largestOf(sizes: number | Uint32Array): number {
  return typeof sizes === 'number' ? sizes : sizes.reduce((most, size) => Math.max(most, size), 0);
}
