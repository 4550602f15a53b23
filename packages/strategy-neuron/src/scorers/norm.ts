import { inject, injectable, OPTIONS, type PrunableParameter, type Scorer, z } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { againstMean, relative } from '../against-mean.ts';
import { scoreUnits, sumOverUnits, weightsOf } from '../units.ts';

export const normOptions = z.object({
  relative,
  norm: z.enum(['l1', 'l2']).default('l1').describe('l1: Σ|w| over the unit’s weights. l2: √Σw².'),
});

/**
 * The size of a unit's weights: Σ|w|, or √Σw² for L2.
 * Li et al., 2017, "Pruning Filters for Efficient ConvNets", arXiv:1608.08710, section 3.1, with L1.
 */
@injectable()
export class NormScorer implements Scorer {
  readonly ofUnits = true;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof normOptions>) {}

  score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    return scoreUnits(parameters, async (units) => {
      const weights = await weightsOf(units);
      const norms =
        this.options.norm === 'l1'
          ? sumOverUnits(units, weights, Math.abs)
          : sumOverUnits(units, weights, (weight) => weight * weight).map(Math.sqrt);
      return this.options.relative ? againstMean(norms) : norms;
    });
  }
}
