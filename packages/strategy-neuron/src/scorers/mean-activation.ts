import { ACTIVATIONS, type Activations, inject, injectable, type PrunableParameter, type Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { meanOverOutputs, whyNotSeen } from './layer-outputs.ts';

/**
 * How much a unit gives: the mean of |a| behind its activation, over the calibration samples and all places.
 * Molchanov et al., 2017, arXiv:1611.06440, section 2.2, for activations that are not negative.
 */
@injectable()
export class MeanActivationScorer implements Scorer {
  readonly ofUnits = true;

  constructor(@inject(ACTIVATIONS) private readonly activations: Activations) {}

  refuses(parameter: PrunableParameter): string | undefined {
    return whyNotSeen(parameter);
  }

  score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    return meanOverOutputs(parameters, this.activations, (output) => tf.abs(output));
  }
}
