import { GRADIENTS, type Gradients, inject, injectable, type PrunableParameter, type Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/**
 * How much the loss depends on a weight: |∂L/∂w|, averaged over the calibration batches. Shaped like the weights of any
 * layer that has a gradient. It is what RigL grows by: Evci et al., 2020, arXiv:1911.11134, § 3.
 */
@injectable()
export class GradientScorer implements Scorer {
  constructor(@inject(GRADIENTS) private readonly gradients: Gradients) {}

  score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    return this.gradients.mean(parameters, (_, gradient) => tf.abs(gradient));
  }
}
