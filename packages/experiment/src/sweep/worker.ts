import type { Phase } from '@espalier/core';

/** One attempt at one run, as it crosses to a worker: plain data, which JSON holds. */
export interface Job {
  /** The run's name, for messages. */
  readonly name: string;
  readonly hash: string;
  /** The complete experiment, as YAML. */
  readonly experiment: string;
  /** Where its relative paths start. */
  readonly base: string;
  /** The run's folder. */
  readonly folder: string;
  /** From 1. */
  readonly attempt: number;
  /** What goes into the folder beside the record: the values that vary, say. */
  readonly variant: unknown;
  readonly threads?: number;
  /** Steps of the dense training that other runs of the sweep rewind to. */
  readonly keepSteps?: readonly number[];
  /** Where a log for TensorBoard goes, too. */
  readonly tensorboard?: string;
  /** Seconds. */
  readonly checkpointEvery?: number;
  /** Seconds that the strategy has to come to its end. */
  readonly timeLimit?: number;
}

/** What a worker tells while it works; it may leave out what comes too fast. */
export type JobEvent =
  | {
      readonly type: 'progress';
      readonly phase: Phase;
      /** How much of the run is done, from 0 to 1. */
      readonly share: number;
      readonly loss: number;
      readonly sparsity: number;
    }
  /** The dense baseline is there: others that start from it can go on. */
  | { readonly type: 'dense'; readonly seconds: number }
  | { readonly type: 'log'; readonly message: string };

/** How an attempt ended. The record itself is in the run's folder. */
export interface Outcome {
  readonly status: 'done' | 'failed' | 'interrupted';
  /** Why it failed. */
  readonly error?: JobError;
  /** That the attempt took the worker. */
  readonly seconds?: number;
  /** Of the pruned model, where the run came so far. */
  readonly accuracy?: number | null;
  readonly sparsity?: number | null;
  /** The worker should not be used again: what it has in memory could tell on the next run. */
  readonly isSpent?: boolean;
}

export interface JobError {
  readonly name: string;
  readonly message: string;
  /** Of the system: ENOSPC, say. */
  readonly code?: string;
}

/** Does one job at a time. The same sweep runs on processes of this machine or on other machines, behind this. */
export interface Worker {
  /**
   * @param signal asks for a good end: the checkpoint is written, the outcome is "interrupted".
   * @throws WorkerLost where the worker died on the job; it may be given another one.
   */
  run(job: Job, around: { readonly onEvent: (event: JobEvent) => void; readonly signal: AbortSignal }): Promise<Outcome>;
  close(): Promise<void>;
}

/** A worker died: the attempt is lost, nothing else. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}
