import { inject, injectable, OPTIONS, type PrunableParameter, passes, type Scorer, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

export const magnitudeScorerOptions = z.object({
  norm: z.enum(['l1', 'l2']).default('l1').describe('l1: |w|. l2: w². For single weights both put them in the same order.'),
});

/**
 * The size of a weight: |w|, or w² for L2.
 * Han et al., 2015, "Learning both Weights and Connections", arXiv:1506.02626; LeCun et al., 1989, on why it is only
 * an approximation.
 */
@injectable()
export class MagnitudeScorer implements Scorer {
  readonly independent = true;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof magnitudeScorerOptions>) {}

  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    const size = this.options.norm === 'l1' ? tf.abs : tf.square;
    return parameters.map(({ variable }) => size(variable as tf.Tensor));
  }

  scoreInPlace(weights: Float32Array): void {
    const by = passes(weights.length);
    if (this.options.norm === 'l1') by.absolute(weights);
    else by.square(weights);
  }
}
