import { definePlugin, GRADIENTS, type Gradients, inject, injectable, type PrunableParameter, type Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Optimal Brain Damage: ½·w²·h, what the loss rises by without a weight, where h is the diagonal of the Hessian. For a
 * trained net that is about the Fisher information: the mean of the squared gradients of single samples.
 * LeCun, Denker and Solla, 1989, "Optimal Brain Damage", eq. 5.
 */
@injectable()
export class BrainDamageScorer implements Scorer {
  constructor(@inject(GRADIENTS) private readonly gradients: Gradients) {}

  score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    const saliency = (weight: tf.Tensor, gradient: tf.Tensor) => tf.square(weight).mul(tf.square(gradient)).div(2);
    return this.gradients.mean(parameters, saliency, { batchSize: 1 });
  }
}

export default definePlugin({
  name: '@espalier-examples/brain-damage',
  scorers: { brainDamage: { use: BrainDamageScorer, description: 'What the loss rises by without a weight: ½·w²·h.' } },
});
