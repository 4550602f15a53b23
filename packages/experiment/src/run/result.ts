import type { Control, Json } from '@espalier/core';

/** One state of the model, measured. */
export interface Measurement {
  /** Share of right classes among the test samples, 0 to 1; null for regression. */
  readonly accuracy: number | null;
  /** Null where there was no data to measure on; accuracies are then, too. */
  readonly loss: number | null;
  /** On as many training samples as there are test samples. */
  readonly trainAccuracy: number | null;
  readonly parameters: number;
  readonly nonzero: number;
  /** Of the prunable parameters that the config selects, 0 to 1. */
  readonly sparsity?: number;
  /** As it is stored: float32 of the dense model, gzip of the pruned one. */
  readonly bytes: number;
  /** Multiply-accumulates of one sample, zeros not counted. */
  readonly macs: number;
  /** Median of one sample at a time, result read back. */
  readonly latencyMs: number;
  /** What the config’s metrics and evaluators say, by their names; null where there is no finite number. */
  readonly figures?: Readonly<Record<string, number | null>>;
  /** What evaluators left beside their figures. */
  readonly details?: Readonly<Record<string, Json>>;
}

/** A figure that a metric or an evaluator gives. */
export interface FigureDescription {
  readonly kind: 'metric' | 'evaluator';
  /** `share` (0 to 1), `bytes`, or any other. */
  readonly unit?: string;
}

/** The model without what the masks left dead. */
export interface ShrunkMeasurement extends Measurement {
  /** That went, of those that can go. */
  readonly units: { readonly removed: number; readonly of: number };
  /** The largest difference to the outputs of the masked model, over the largest output, before any training. */
  readonly maxDifference: number;
  /** The same model as one TensorFlow graph; absent where none was wanted. */
  readonly savedModel?: SavedModelMeasurement;
}

/** What is in saved-model/. Latency and difference are null where there was no TensorFlow to run it. */
export interface SavedModelMeasurement {
  /** Of its file, as it is. */
  readonly bytes: number;
  /** Measured in turns with the others. */
  readonly latencyMs: number | null;
  /** The largest difference to the outputs of the shrunk model, over the largest output. */
  readonly maxDifference: number | null;
}

/** The model compiled to sparse kernels: the shrunk one where it was shrunk, else the pruned one. */
export interface SparseMeasurement {
  /** Median of one sample at a time, one thread. */
  readonly latencyMs: number;
  /** Of the dense model on tfjs's WebAssembly backend, in turns with it, one thread; null where that cannot run it. */
  readonly denseWasmLatencyMs: number | null;
  /** Of its file, as it is. */
  readonly bytes: number;
  /** The largest difference to the outputs of the model of layers that it was made from, over the largest output. */
  readonly maxDifference: number;
}

/** Seconds, those of killed processes that the run went on from included. */
export interface Timing {
  /** Training of the dense baseline; 0 where it was there already. */
  readonly denseS: number;
  /** All of the strategy. */
  readonly pruneS: number;
  /** Of `pruneS`: cuts. */
  readonly scoreS: number;
  /** Of `pruneS`: training. */
  readonly trainS: number;
  /** Evaluating and counting the dense model and the pruned one, latencies included. */
  readonly measureS: number;
  /** Saving the model. */
  readonly saveS: number;
  /** Removing what is dead, folding, and the training after it; absent where nothing is shrunk. */
  readonly shrinkS?: number;
  /** What the seconds of `pruneS` went into, and how many cuts there were; absent in records of before. */
  readonly profile?: Profile;
}

/** Seconds, but for `cuts`. */
export interface Profile {
  /** Scores, and the growing back of weights. */
  readonly scoringS: number;
  readonly thresholdsS: number;
  /** Masks, and putting them on weights and optimiser. */
  readonly masksS: number;
  /** Steps of training alone. */
  readonly trainingS: number;
  /** Evaluations that the strategy asked for, or that end an epoch. */
  readonly evaluationS: number;
  /** Checkpoints. */
  readonly ioS: number;
  readonly cuts: number;
}

/** The record of a run: `result.json`. Its fields are promised in the contract; there may be more of them. */
export interface RunResult {
  readonly experiment: string;
  readonly hash: string;
  readonly seed: number;
  readonly strategy: string;
  /** Where it is not the strategy itself but its control. */
  readonly control: Control | null;
  readonly status: 'done' | 'failed';
  /** Why it failed: an error, or what was expected and does not hold. */
  readonly failures?: readonly string[];
  readonly dense: Measurement | null;
  readonly pruned: Measurement | null;
  /** After physical removal; null where nothing was shrunk. */
  readonly shrunk: ShrunkMeasurement | null;
  /** On sparse kernels; null where none were asked for. */
  readonly sparse: SparseMeasurement | null;
  /** The metrics and evaluators of the config, by the names that `figures` of each measurement has. Absent where it names none. */
  readonly figures?: Readonly<Record<string, FigureDescription>>;
  /** The sparsity that was asked for over all selected parameters; null where the threshold decided. */
  readonly asked: number | null;
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly sparsity: number;
    readonly threshold: number | null;
  }[];
  /** Parameters that a cut would have emptied: their best group was kept, as the config does not say `mayEmpty`. Absent where there are none. */
  readonly spared?: readonly string[];
  readonly timing: Timing;
  /** Where the last good checkpoint of a run that failed is, in the folder of the run: the next start goes on from it. */
  readonly checkpoint?: string;
  /** What the content of files adds to what the config says of them. */
  readonly fingerprints: { readonly data: string; readonly model: string };
  /** `threads` where they were chosen, `oneDnn`: what oneDNN's kernels compute, where they do. */
  readonly backend: {
    readonly name: string;
    readonly version: string;
    readonly threads?: number;
    readonly oneDnn?: 'training' | 'everything';
  };
  readonly versions: { readonly espalier: string; readonly node: string; readonly tfjs: string };
  /** The name of the dense model that it started from, where dense models are kept. */
  readonly baseline?: string;
  /** The complete experiment, as in experiment.yaml: comparing thousands of runs then reads one file of each, and no YAML. */
  readonly config: Readonly<Record<string, unknown>>;
}
