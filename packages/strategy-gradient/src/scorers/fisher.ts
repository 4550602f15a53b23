import { GRADIENTS, type Gradients, inject, injectable, OPTIONS, type PrunableParameter, type Scorer, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

export const fisherOptions = z.object({
  batchSize: z
    .int()
    .min(1)
    .default(1)
    .describe(
      'Samples per gradient. 1 is the Fisher information; more is faster, and takes the gradients of batches for those of samples.',
    ),
});

/**
 * What the loss rises by without a weight, to second order: ½ · w² · E[(∂L/∂w)²], the mean of the squared gradients of
 * single samples (the empirical Fisher information) in place of the Hessian's diagonal. Shaped like the weights of any
 * layer that has a gradient.
 * LeCun et al., 1989, "Optimal Brain Damage", eq. 5; Theis et al., 2018, arXiv:1801.05787, eq. 6.
 */
@injectable()
export class FisherScorer implements Scorer {
  constructor(
    @inject(GRADIENTS) private readonly gradients: Gradients,
    @inject(OPTIONS) private readonly options: z.infer<typeof fisherOptions>,
  ) {}

  score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    return this.gradients.mean(parameters, (weight, gradient) => tf.div(tf.square(tf.mul(weight, gradient)), 2), this.options);
  }
}
