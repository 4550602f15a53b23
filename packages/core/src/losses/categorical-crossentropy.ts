import type * as tf from '@tensorflow/tfjs';
import type { Loss } from '../loss.ts';
import { meanCrossentropy, meanSoftmaxCrossentropy, unlessChanged } from './crossentropy.ts';

/** −Σ t log p, for targets and probabilities of shape [batch, classes]. */
export class CategoricalCrossentropy implements Loss {
  readonly fromLogits = unlessChanged(this, CategoricalCrossentropy, { activation: 'softmax', compute: meanSoftmaxCrossentropy });

  compute(target: tf.Tensor, output: tf.Tensor): tf.Scalar {
    return meanCrossentropy(target, output);
  }
}
