import type * as tf from '@tensorflow/tfjs';

/**
 * How good are a model's outputs, besides loss and accuracy? A figure of the test samples, taken in one pass with all
 * other metrics: each batch gives sums, and the figure is computed from those of all batches, so that it does not hang
 * on how large a batch is.
 */
export interface Metric {
  /**
   * What a batch adds: hits and misses, a confusion matrix, sums of squares; any shape, the same for each batch. Called
   * inside a tidy.
   *
   * @param target as the samples hold it: labels of shape [batch], or values shaped like the output.
   * @param output what the model gives, its last activation included: [batch, …]. (`classified` reads both as classes.)
   */
  sums(target: tf.Tensor, output: tf.Tensor): tf.Tensor;

  /** The figure, from the sums of all batches added up, flat. NaN where there is none: it is then recorded as null. */
  value(sums: Float64Array): number;

  /** The task that it makes sense for; any where it is not said. */
  readonly task?: 'classification' | 'regression';
  /** What the figure is told in: `share` for 0 to 1 (shown in %), `bytes`, or any other, shown behind it. */
  readonly unit?: string;
}
