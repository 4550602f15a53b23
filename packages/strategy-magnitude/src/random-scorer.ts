import type { PrunableParameter, Scorer, ScoringContext } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** Uniform in [0, 1), whatever the weights: the baseline that any method must beat. */
export class RandomScorer implements Scorer {
  readonly independent = true;
  /** A group's chance must not depend on how many weights it has. */
  readonly reduce = 'first';

  score(parameters: readonly PrunableParameter[], { random }: ScoringContext): tf.Tensor[] {
    return parameters.map(({ size, shape }) =>
      tf.tensor(
        Float32Array.from({ length: size }, () => random.next()),
        [...shape],
      ),
    );
  }
}
