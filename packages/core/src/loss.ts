import type * as tf from '@tensorflow/tfjs';

/** How wrong is an output? */
export interface Loss {
  /**
   * The mean loss of a batch.
   *
   * @param target as the samples hold it: labels of shape [batch], or values shaped like the output.
   * @param output what the model gives: [batch, …].
   * @returns a scalar.
   */
  compute(target: tf.Tensor, output: tf.Tensor): tf.Scalar;

  /**
   * The same from what goes into the model's last activation, where it is this one: exact where probabilities
   * have run into 0 or 1, and one kernel less. It is then computed in place of `compute`.
   */
  readonly fromLogits?: {
    readonly activation: 'softmax' | 'sigmoid';
    compute(target: tf.Tensor, logits: tf.Tensor): tf.Scalar;
  };
}
