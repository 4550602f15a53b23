import type * as tf from '@tensorflow/tfjs';
import type { Reduction } from './granularity.ts';
import type { Keeping } from './keeping.ts';
import type { MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import type { Random } from './random.ts';

/** What a scorer may look at besides the parameters themselves. */
export interface ScoringContext {
  readonly model: tf.LayersModel;
  /** What is pruned already. */
  readonly masks: MaskSet;
  readonly random: Random;
  /** State that has to live from one score to the next and through a kill. */
  readonly keep: Keeping;
}

/** How important is each element? */
export interface Scorer {
  /**
   * One tensor per parameter, shaped like its weights; the higher, the more important. The caller disposes them, but for variables.
   * What is pruned already stays pruned whatever its score. NaN is refused by the run.
   */
  score(parameters: readonly PrunableParameter[], context: ScoringContext): Promise<tf.Tensor[]> | tf.Tensor[];

  /**
   * True where the scores of one parameter do not depend on the other parameters. The run then scores and cuts
   * tensor by tensor, and never holds the scores of the whole model; it asks for them as often as the threshold reads
   * them, and must get the same each time.
   */
  readonly independent?: boolean;

  /**
   * The same scores for plain weights, written over them; for a score that depends on nothing but the weight itself. A
   * run of a large net then reads weights piece by piece, and makes no tensors of scores.
   */
  scoreInPlace?(weights: Float32Array): void;

  /**
   * True where it scores whole units: each weight of a unit has the unit's score, in all tensors that make it. A run
   * that cuts anything else is refused, and the scores stay as they are whatever the reduction.
   */
  readonly ofUnits?: boolean;

  /**
   * How its scores of weights become those of groups, where that is not the granularity's to say. `first`: a group has
   * the score of its first kept weight, for scores that say nothing of size.
   */
  readonly reduce?: Reduction | 'first';

  /** Why this scorer cannot score a parameter, said by name before the run; undefined where it can. */
  refuses?(parameter: PrunableParameter, model: tf.LayersModel): string | undefined;

  /**
   * Called at each step of a training that this scorer watches (`run.train(budget, { watch: scorer })`), after the
   * gradients and before the update, inside a tidy. Sums go into `context.keep`.
   *
   * @param gradients one per parameter, shaped like it.
   */
  watch?(parameters: readonly PrunableParameter[], gradients: readonly tf.Tensor[], context: ScoringContext): void;

  /** True where it has nothing to score by before it has watched a training; a strategy that cuts earlier is refused in its plan. */
  readonly needsWatching?: boolean;
}
