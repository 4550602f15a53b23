import * as tf from '@tensorflow/tfjs';
import type { Loss } from '../loss.ts';

/** Probabilities are kept this far from 0, as Keras does, so that a wrong certainty costs much and not infinity. */
export const EPSILON = 1e-7;

export function meanCrossentropy(target: tf.Tensor, probabilities: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.neg(tf.mean(tf.sum(tf.mul(target, tf.log(tf.clipByValue(probabilities, EPSILON, 1))), -1))));
}

export function meanSoftmaxCrossentropy(target: tf.Tensor, logits: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits as tf.Tensor2D)), -1))));
}

/**
 * The way from logits of a loss, where it computes as its class does: what extends the class with a `compute` of its own
 * shall be computed by that.
 */
export function unlessChanged(loss: Loss, type: { readonly prototype: Loss }, fromLogits: Loss['fromLogits']): Loss['fromLogits'] {
  return loss.compute === type.prototype.compute ? fromLogits : undefined;
}
