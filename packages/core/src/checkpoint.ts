import type { Evaluation } from './evaluate.ts';
import type { Json } from './keeping.ts';
import type { CutReport, TrainingReport } from './pruning-run.ts';
import type { TrainingState } from './trainer.ts';
import type { LoopProgress } from './training-loop.ts';

/** All that a killed run needs to go on: what is finished, where it stood, and every number that it had. */
export interface Checkpoint {
  /** The results of the calls on the run that are finished, in order; `prune` is called again and gets them at once. */
  readonly finished: readonly CallRecord[];
  /** Steps done inside the training that was under way; 0 between two calls. */
  readonly stepsWithin: number;
  /** Where that training stood; null between two calls. */
  readonly loop: LoopProgress | null;
  readonly weights: Readonly<Record<string, StoredTensor>>;
  /** Mask bytes by parameter. */
  readonly masks: Readonly<Record<string, Uint8Array>>;
  readonly training: TrainingState | null;
  readonly random: readonly number[];
  readonly keptTensors: Readonly<Record<string, StoredTensor>>;
  readonly keptValues: Readonly<Record<string, Json>>;
}

/**
 * A finished call, plain JSON. `random` and `keptValues` are as they stood when it ended: a strategy that is called again
 * draws the same numbers and finds the same values between its calls, though the calls themselves are skipped.
 */
export type CallRecord = (
  | { readonly call: 'train'; readonly result: TrainingReport }
  | { readonly call: 'cut'; readonly result: CutReport }
  | { readonly call: 'regrow'; readonly result: CutReport }
  | { readonly call: 'rewind' }
  | { readonly call: 'shuffle' }
  | { readonly call: 'evaluate'; readonly result: Evaluation }
) & {
  readonly random: readonly number[];
  readonly keptValues: Readonly<Record<string, Json>>;
};

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Where checkpoints are kept; files, in experiments. */
export interface CheckpointStore {
  load(): Promise<Checkpoint | null>;
  /** Must leave either the old checkpoint or the new one, whenever it is cut off. */
  save(checkpoint: Checkpoint): Promise<void>;
}
