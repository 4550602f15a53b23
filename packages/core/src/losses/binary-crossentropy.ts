import * as tf from '@tensorflow/tfjs';
import type { Loss } from '../loss.ts';
import { EPSILON, unlessChanged } from './crossentropy.ts';

/** −t log p − (1 − t) log(1 − p), averaged; for targets of 0 or 1 and probabilities of the same shape. */
export class BinaryCrossentropy implements Loss {
  readonly fromLogits = unlessChanged(this, BinaryCrossentropy, {
    activation: 'sigmoid',
    // log(1 + e^z) − t·z: the same without the exponential that overflows.
    compute: (target: tf.Tensor, logits: tf.Tensor): tf.Scalar =>
      tf.tidy(() => tf.mean(tf.sub(tf.softplus(logits), tf.mul(tf.reshape(target, logits.shape), logits)))),
  });

  compute(target: tf.Tensor, output: tf.Tensor): tf.Scalar {
    return tf.tidy(() => {
      const wanted = tf.reshape(target, output.shape);
      const p = tf.clipByValue(output, EPSILON, 1 - EPSILON);
      const right = tf.mul(wanted, tf.log(p));
      const wrong = tf.mul(tf.sub(1, wanted), tf.log(tf.sub(1, p)));
      return tf.neg(tf.mean(tf.add(right, wrong)));
    });
  }
}
