import {
  GRADIENTS,
  type Gradients,
  inject,
  injectable,
  OPTIONS,
  type PrunableParameter,
  type Scorer,
  sameUnits,
  unitsOf,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { scoreUnits } from '../units.ts';

export const taylorUnitOptions = z.object({
  batchSize: z.int().min(1).optional().describe('Samples per gradient: the mean of squares depends on it. By default that of the run.'),
});

/**
 * The squared change of the loss without a unit, to first order: (Σ w·∂L/∂w)² over the unit's weights, averaged over the
 * calibration batches.
 * Molchanov et al., 2019, "Importance Estimation for Neural Network Pruning", arXiv:1906.10771, eq. 8.
 */
@injectable()
export class TaylorUnitScorer implements Scorer {
  readonly ofUnits = true;

  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof taylorUnitOptions>,
    @inject(GRADIENTS) private readonly gradients: Gradients,
  ) {}

  async score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    const sets = sameUnits(parameters);
    const means = await this.gradients.meanOfAll(
      parameters,
      (weights, gradients) =>
        sets.map((members) => {
          const changes = members.map((member) => {
            const at = parameters.indexOf(member);
            return sumByUnit(member, tf.mul(weights[at] as tf.Tensor, gradients[at] as tf.Tensor));
          });
          return tf.square(tf.addN(changes));
        }),
      this.options,
    );
    const values = new Map(await Promise.all(means.map(async (mean, i) => [sets[i]?.[0], await mean.data<'float32'>()] as const)));
    tf.dispose(means);
    return scoreUnits(parameters, ({ members }) => values.get(members[0]) as Float32Array);
  }
}

function sumByUnit(parameter: PrunableParameter, values: tf.Tensor): tf.Tensor {
  const { units, of } = unitsOf(parameter);
  return tf.unsortedSegmentSum(values.flatten(), tf.tensor1d(of, 'int32'), units);
}
