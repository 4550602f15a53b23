import { ACTIVATIONS, type Activations, inject, injectable, type PrunableParameter, type Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { activatedBy, isRectified } from '../activated-by.ts';
import { meanOverOutputs, whyNotSeen } from './layer-outputs.ts';

/**
 * How seldom a unit is silent: 1 − APoZ, where APoZ is the average percentage of zeros behind its ReLU, over the
 * calibration samples and all places.
 * Hu et al., 2016, "Network Trimming", arXiv:1607.03250, eq. 1.
 */
@injectable()
export class ApozScorer implements Scorer {
  readonly ofUnits = true;

  constructor(@inject(ACTIVATIONS) private readonly activations: Activations) {}

  refuses(parameter: PrunableParameter): string | undefined {
    if (!isRectified(activatedBy(parameter.layer))) return 'no ReLU behind it makes zeros that could be counted';
    return whyNotSeen(parameter);
  }

  score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    return meanOverOutputs(parameters, this.activations, (output) => tf.notEqual(output, 0).toFloat());
  }
}
