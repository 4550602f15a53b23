import type * as tf from '@tensorflow/tfjs';
import type { Evaluation } from './evaluate.ts';
import type { Keeping } from './keeping.ts';
import type { MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import type { Random } from './random.ts';
import type { Scorer } from './scorer.ts';
import type { Budget, Step } from './step.ts';

/** What one cut did. */
export interface CutReport {
  /** The sparsity that was asked for; null where the threshold alone decides. */
  readonly asked: number | null;
  /** The share of all taken elements that are pruned now. */
  readonly sparsity: number;
  readonly parameters: readonly {
    readonly name: string;
    readonly sparsity: number;
    /** The score under which elements went; null where nothing was left to compare. */
    readonly threshold: number | null;
  }[];
  /** Parameters that would have been emptied: their best group was kept. */
  readonly spared?: readonly string[];
}

/** What one stretch of training did. */
export interface TrainingReport {
  readonly steps: number;
  /** Mean loss over the last epoch. */
  readonly loss: number;
  readonly seconds: number;
  /** Why it ended before its budget was used up. */
  readonly stoppedEarly?: string;
}

/** Called after each step, when weights are updated and pruned weights are zero again. */
export type OnStep = (step: Step) => void | Promise<void>;

/** What a training does besides training. */
export interface TrainHooks {
  readonly onStep?: OnStep;
  /** A scorer that gathers what it needs while the net trains. */
  readonly watch?: Scorer;
  /** Added to the loss at each step: a scalar, made inside a tidy. */
  readonly penalty?: () => tf.Scalar;
}

/**
 * Weights to go back to: those of the untrained net, of the dense baseline, or of a step of the dense training; or those
 * of an untrained net that another seed has drawn.
 */
export type Snapshot = 'initial' | 'dense' | 'redrawn' | `step-${number}`;

/**
 * All that a strategy needs, and the promises that are easy to break by hand: a pruned weight stays exactly zero
 * through momentum, weight decay and batch norm; a cut never revives what an earlier one pruned; the same seed gives
 * the same numbers; a killed run goes on where it stood.
 */
export interface PruningRun {
  readonly model: tf.LayersModel;
  /** The parameters that the config selects. */
  readonly parameters: readonly PrunableParameter[];
  readonly masks: MaskSet;
  /** The sparsity to end on, from 0 to 1; NaN where the threshold alone decides. */
  readonly sparsity: number;
  /** The training that the config grants. */
  readonly budget: Budget;
  readonly random: Random;
  readonly keep: Keeping;
  readonly signal: AbortSignal;
  /** True while the plan is made: nothing is trained or scored, losses are NaN. */
  readonly rehearsal: boolean;

  /**
   * Prunes the least important elements until this share of them is pruned. Parameters with a target of their own
   * follow in proportion: at half of the run's sparsity they are at half of theirs. Where the threshold decides alone,
   * `sparsity` is how far to go on the way to what that decides, from 0 to 1; all the way where it is not given.
   *
   * @throws EspalierError for a sparsity outside 0 to 1, and by name for a scorer or threshold that fails, gives NaN, or
   * the wrong number or shape.
   */
  cut(scorer: Scorer, sparsity?: number): Promise<CutReport>;

  /**
   * Trains for this long; `onStep` may cut and regrow, but not train.
   *
   * @throws Diverged where loss or weights leave the finite numbers, Cancelled where the run is called off.
   */
  train(budget: Budget, hooks?: OnStep | TrainHooks): Promise<TrainingReport>;

  /**
   * Drops a share of each parameter's kept weights, the least important by one scorer, and lets as many grow that are
   * pruned, the most important by another. What grows starts at zero. The sparsity stays as it is.
   *
   * @param share from 0 to 1, of what is kept.
   */
  regrow(share: number, drop: Scorer, grow: Scorer): Promise<CutReport>;

  /**
   * Puts weights back to what they were; masks stay, optimiser moments start anew.
   *
   * @throws EspalierError where the run has no such weights; the plan refuses a step that the dense training has not.
   */
  rewind(to: Snapshot): Promise<void>;

  /**
   * Redraws the masks: as many groups of each parameter and size stay as before, but which ones is left to chance. What is kept
   * now and was pruned is zero until the weights are rewound.
   * Frankle et al., 2021, "Pruning Neural Networks at Initialization: Why Are We Missing the Mark?", arXiv:2009.08576.
   */
  shuffleMasks(): Promise<void>;

  /** Loss and accuracy on the validation samples (on the training samples where there are none), never on the test set. */
  evaluate(): Promise<Evaluation>;

  /** A line for the run's log. */
  log(message: string): void;
}
