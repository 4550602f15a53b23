import * as tf from '@tensorflow/tfjs';

/** Probabilities are kept this far from 0, as Keras does, so that a wrong certainty costs much and not infinity. */
export const EPSILON = 1e-7;

export function meanCrossentropy(target: tf.Tensor, probabilities: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.neg(tf.mean(tf.sum(tf.mul(target, tf.log(tf.clipByValue(probabilities, EPSILON, 1))), -1))));
}

export function meanSoftmaxCrossentropy(target: tf.Tensor, logits: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits as tf.Tensor2D)), -1))));
}
