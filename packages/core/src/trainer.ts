import type * as tf from '@tensorflow/tfjs';
import type { Samples } from './data.ts';
import type { Loss } from './loss.ts';
import type { MaskSet } from './mask-set.ts';
import type { Optimizer } from './optimizer.ts';

/** What a session trains, and with what. */
export interface TrainingJob {
  readonly model: tf.LayersModel;
  /** In the model's shapes (see `samplesFor`). */
  readonly samples: Samples;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Kept on weights and optimiser state at every step. */
  readonly masks?: MaskSet;
  /** For what is random inside a step: dropout. */
  readonly seed: number;
}

/** Saved state of a session: how many updates there have been, and the optimiser's slots by `parameter/slot`. */
export interface TrainingState {
  readonly updates: number;
  readonly slots: Readonly<Record<string, Float32Array>>;
}

/** What a step does besides; only a session that `takesHooks` can. */
export interface StepHooks {
  /** Added to the loss. A scalar, made inside a tidy. */
  readonly penalty?: () => tf.Scalar;
  /** Sees the gradients by parameter name, before the update, inside a tidy. */
  readonly watch?: (gradients: ReadonlyMap<string, tf.Tensor>) => void;
}

/** The training step: the one place where weights change. A trainer may be replaced by a faster one. */
export interface Trainer {
  open(job: TrainingJob): TrainingSession;
}

/** Training under way. Between steps the masks' promise holds: pruned weights and their slots are exactly zero. */
export interface TrainingSession {
  /** What the user should know of how it trains: which layer made it take a slower way, say. */
  readonly notes?: readonly string[];
  /** Whether `step` takes hooks; where it does not, the run goes on through the tape with the same state. */
  readonly takesHooks?: boolean;

  /** Whether `refresh` also zeroes what the masks prune in the model, so that nobody need do it before. */
  readonly zeroes?: boolean;

  /** One update on the samples at these positions; the mean loss before it. */
  step(order: Int32Array, learningRate: number, hooks?: StepHooks): Promise<number>;
  /** Brings the model's variables up to date, for whoever reads them between steps. */
  sync(): Promise<void>;
  /** Takes over weights and masks that were changed from outside; slots of pruned weights become zero. */
  refresh(): Promise<void>;
  /** The optimiser starts anew: all slots zero. */
  reset(): void;
  save(): Promise<TrainingState>;
  restore(state: TrainingState): Promise<void>;
  dispose(): void;
}
