import * as tf from '@tensorflow/tfjs';

/** Answers of a classifier and what was right, a row each, however many dimensions the output has. */
export interface Classified {
  /** The right class of each: int32 of shape [n]. */
  readonly wanted: tf.Tensor1D;
  /** How probable each class is, as the model says: [n, classes]. */
  readonly probabilities: tf.Tensor2D;
}

/**
 * Reads targets (labels, or one-hot) and outputs as classes. One output unit is the probability of class 1 of two.
 * Inside a tidy.
 */
export function classified(target: tf.Tensor, output: tf.Tensor): Classified {
  const units = output.shape[output.shape.length - 1] as number;
  const isOneHot = target.size === output.size && units > 1;
  const wanted = isOneHot ? tf.argMax(target, -1) : tf.cast(target, 'int32');
  const rows = tf.reshape(output, [-1, units]) as tf.Tensor2D;
  return {
    wanted: tf.reshape(wanted, [-1]) as tf.Tensor1D,
    probabilities: units === 1 ? (tf.concat([tf.sub(1, rows), rows], 1) as tf.Tensor2D) : rows,
  };
}
