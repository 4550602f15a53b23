import { GRADIENTS, type Gradients, inject, injectable, type PrunableParameter, type Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Connection sensitivity: |w · ∂L/∂w|, with the gradient of the mean loss over all calibration samples as one batch.
 * What a weight does to different batches may cancel, which `taylor` does not let it. Shaped like the weights of any layer
 * that has a gradient. Meant for the untrained net (strategy `at-init`); the paper divides by the sum, which changes no order.
 * Lee et al., 2019, arXiv:1810.02340, eq. 5 and 6.
 */
@injectable()
export class SnipScorer implements Scorer {
  constructor(@inject(GRADIENTS) private readonly gradients: Gradients) {}

  async score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    const products = await this.gradients.mean(parameters, (weight, gradient) => tf.mul(weight, gradient));
    const scores = tf.tidy(() => products.map((product) => tf.abs(product)));
    tf.dispose(products);
    return scores;
  }
}
