import { GRADIENTS, type Gradients, inject, injectable, OPTIONS, type PrunableParameter, type Scorer, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

export const taylorOptions = z.object({
  squared: z.boolean().default(false).describe('(w·g)² in place of |w·g|: batches in which a weight matters much count for more.'),
});

/**
 * First-order Taylor expansion of what the loss changes by without a weight: |w · ∂L/∂w|, averaged over the calibration
 * batches; squared, (w · ∂L/∂w)². Shaped like the weights of any layer that has a gradient.
 * Molchanov et al., 2017, arXiv:1611.06440, eq. 7; squared: Molchanov et al., 2019, arXiv:1906.10771, eq. 8.
 */
@injectable()
export class TaylorScorer implements Scorer {
  constructor(
    @inject(GRADIENTS) private readonly gradients: Gradients,
    @inject(OPTIONS) private readonly options: z.infer<typeof taylorOptions>,
  ) {}

  score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    const size = this.options.squared ? tf.square : tf.abs;
    return this.gradients.mean(parameters, (weight, gradient) => size(tf.mul(weight, gradient)));
  }
}
