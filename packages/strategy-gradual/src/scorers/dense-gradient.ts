import type { Gradients, PrunableParameter, Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** |∂L/∂w| over the calibration data, of pruned weights as well: which of them would help most if it grew. */
export class DenseGradientScorer implements Scorer {
  constructor(private readonly gradients: Gradients) {}

  async score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    const means = await this.gradients.mean(parameters, (_weight, gradient) => gradient);
    const scores = means.map((mean) => tf.abs(mean));
    tf.dispose(means);
    return scores;
  }
}
