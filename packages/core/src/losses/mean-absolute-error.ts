import * as tf from '@tensorflow/tfjs';
import type { Loss } from '../loss.ts';

/** The mean of |t − y|. */
export class MeanAbsoluteError implements Loss {
  compute(target: tf.Tensor, output: tf.Tensor): tf.Scalar {
    return tf.tidy(() => tf.mean(tf.abs(tf.sub(tf.reshape(target, output.shape), output))));
  }
}
