import * as tf from '@tensorflow/tfjs';
import type { Loss } from '../loss.ts';
import { meanCrossentropy, meanSoftmaxCrossentropy, unlessChanged } from './crossentropy.ts';

/** −log p of the right class, for whole-number labels [batch] and probabilities [batch, classes]. */
export class SparseCategoricalCrossentropy implements Loss {
  readonly fromLogits = unlessChanged(this, SparseCategoricalCrossentropy, {
    activation: 'softmax',
    compute: (target: tf.Tensor, logits: tf.Tensor) => tf.tidy(() => meanSoftmaxCrossentropy(oneHot(target, logits), logits)),
  });

  compute(target: tf.Tensor, output: tf.Tensor): tf.Scalar {
    return tf.tidy(() => meanCrossentropy(oneHot(target, output), output));
  }
}

function oneHot(labels: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const classes = output.shape[output.shape.length - 1] as number;
  return tf.oneHot(tf.cast(tf.reshape(labels, output.shape.slice(0, -1)), 'int32'), classes);
}
