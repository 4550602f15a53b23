import { EspalierError, type Keeping, type PrunableParameter, type Scorer, type ScoringContext } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Whether training moves a weight away from zero: −Σ w · ∂L/∂w, summed over the steps of the trainings that this scorer
 * watches. It is positive for weights that grow in size, whatever size they have, and stands still for pruned ones, so
 * they stay pruned. Shaped like the weights of any layer that has a gradient. The paper's factor, a learning rate of the
 * scores, changes no order.
 * Sanh et al., 2020, arXiv:2005.07683, eq. 3.
 */
export class MovementScorer implements Scorer {
  readonly needsWatching = true;

  watch(parameters: readonly PrunableParameter[], gradients: readonly tf.Tensor[], { keep }: Pick<ScoringContext, 'keep'>): void {
    watchedSteps(keep).current += 1;
    parameters.forEach((parameter, i) => {
      const { variable } = parameter;
      const sum = sumOf(parameter, keep);
      sum.assign(tf.sub(sum, tf.mul(variable, gradients[i] as tf.Tensor)));
    });
  }

  /** The sums themselves: they stay the run's. */
  score(parameters: readonly PrunableParameter[], { keep }: Pick<ScoringContext, 'keep'>): tf.Tensor[] {
    if (watchedSteps(keep).current === 0) {
      throw new EspalierError({
        where: 'movement',
        what: 'has seen no training, so there is nothing to score by',
        remedy: 'Take the strategy "movement", or one that trains with { watch: scorer } before it cuts',
      });
    }
    return parameters.map((parameter) => sumOf(parameter, keep));
  }
}

function sumOf({ name, variable }: PrunableParameter, keep: Keeping): tf.Variable {
  return keep.tensor(`movement of ${name}`, () => tf.zerosLike(variable));
}

function watchedSteps(keep: Keeping): { current: number } {
  return keep.value('steps that movement has watched', 0);
}
