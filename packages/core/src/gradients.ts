import * as tf from '@tensorflow/tfjs';
import type { Batch } from './batch.ts';
import { breathe } from './breathe.ts';
import type { Calibration } from './calibration.ts';
import { Forward } from './forward.ts';
import type { Loss } from './loss.ts';
import type { PrunableParameter } from './parameter.ts';

export interface GradientOptions {
  /** Samples per gradient; that of the run where it is not given. */
  readonly batchSize?: number;
  /** What logits are divided by. */
  readonly temperature?: number;
}

/** Gradients of the loss with respect to parameters, over the calibration data, dropout off. */
export class Gradients {
  private readonly forward: Forward;
  private readonly calibration: Calibration;

  constructor(model: tf.LayersModel, loss: Loss, calibration: Calibration) {
    this.forward = new Forward(model, loss);
    this.calibration = calibration;
  }

  /**
   * The mean over all calibration batches, weighted by their size, of a formula of weight and gradient:
   * `gradients.mean(parameters, (weight, gradient) => tf.abs(tf.mul(weight, gradient)))`.
   *
   * The gradient of a batch is that of its mean loss, so a formula that is not linear in it depends on the batch: with
   * `{ batchSize: 1 }` it sees every sample's own. A parameter that the loss does not depend on has the gradient 0.
   * A `temperature` divides the logits; outputs without logits (a regression's) are taken as they are.
   *
   * @returns one tensor per parameter, shaped like it. The caller disposes them.
   */
  mean(
    parameters: readonly PrunableParameter[],
    formula: (weight: tf.Tensor, gradient: tf.Tensor) => tf.Tensor,
    options: GradientOptions = {},
  ): Promise<tf.Tensor[]> {
    return this.meanOfAll(
      parameters,
      (weights, gradients) => weights.map((weight, i) => formula(weight, gradients[i] as tf.Tensor)),
      options,
    );
  }

  /**
   * The mean over the batches of a formula of all weights and gradients together, for what spans several parameters.
   *
   * @param formula inside a tidy; how many tensors it gives, and their shapes, must not depend on the batch.
   * @returns the means of what the formula gives. The caller disposes them.
   */
  async meanOfAll(
    parameters: readonly PrunableParameter[],
    formula: (weights: readonly tf.Tensor[], gradients: readonly tf.Tensor[]) => tf.Tensor[],
    { batchSize = this.calibration.batchSize, temperature = 1 }: GradientOptions = {},
  ): Promise<tf.Tensor[]> {
    const variables = parameters.map(({ variable }) => variable);
    let sums: tf.Tensor[] | undefined;
    let count = 0;
    for (const batch of this.calibration.batches(batchSize)) {
      const before: tf.Tensor[] | undefined = sums;
      sums = tf.tidy(() => {
        const { grads } = this.forward.gradientsOf(() => this.lossOf(batch, temperature), variables);
        const gradients = variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
        return formula(variables, gradients).map((result, i) => {
          const score = tf.mul(result, batch.size);
          return before === undefined ? score : tf.add(before[i] as tf.Tensor, score);
        });
      });
      tf.dispose([before ?? [], batch.inputs, batch.targets]);
      count += batch.size;
      await breathe();
    }
    const totals = sums ?? [];
    const means = tf.tidy(() => totals.map((sum) => tf.div(sum, count)));
    tf.dispose(totals);
    return means;
  }

  private lossOf({ inputs, targets }: Batch, temperature: number): tf.Scalar {
    const outputs = this.forward.outputs(inputs, false);
    const scaled =
      temperature === 1 ? outputs : outputs.map((output, i) => (this.forward.hasLogits(i) ? tf.div(output, temperature) : output));
    return this.forward.lossOf(scaled, targets);
  }
}
