import type { PrunableParameter, Scorer, ScoringContext } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { gammaBehind } from '../gamma-behind.ts';
import { scoreUnits } from '../units.ts';

/**
 * What the batch norm behind makes of a unit: |γ|. For Dense and convolutions with a batch norm behind, over
 * activations and pooling.
 * Liu et al., 2017, "Learning Efficient Convolutional Networks through Network Slimming", arXiv:1708.06519.
 */
export class SlimmingScorer implements Scorer {
  readonly ofUnits = true;

  refuses(parameter: PrunableParameter, model: tf.LayersModel): string | undefined {
    const gamma = gammaBehind(parameter, model);
    return typeof gamma === 'string' ? gamma : undefined;
  }

  score(parameters: readonly PrunableParameter[], { model }: ScoringContext): Promise<tf.Tensor[]> {
    return scoreUnits(parameters, async ({ members }) => {
      const gamma = gammaBehind(members[0] as PrunableParameter, model);
      if (typeof gamma === 'string') throw new TypeError(gamma);
      return Array.from(await gamma.variable.data<'float32'>(), Math.abs);
    });
  }
}
