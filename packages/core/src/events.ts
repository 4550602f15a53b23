import type { Evaluation } from './evaluate.ts';
import type { CutReport, Snapshot } from './pruning-run.ts';

/** What happens in a run, as it is recorded and shown. */
export type RunEvent =
  | {
      readonly type: 'step';
      readonly phase: Phase;
      readonly step: number;
      readonly total: number;
      /** Steps since the phase began, over all its stretches of training; `step` is that of the one under way. */
      readonly done: number;
      readonly loss: number;
    }
  | {
      readonly type: 'epoch';
      readonly phase: Phase;
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly done: number;
      readonly loss: number;
      readonly sparsity: number;
      readonly validation?: Evaluation;
    }
  | ({ readonly type: 'cut'; readonly step: number; readonly seconds: number } & CutReport)
  | ({ readonly type: 'regrow'; readonly step: number; readonly seconds: number; readonly share: number } & CutReport)
  | { readonly type: 'rewind'; readonly to: Snapshot }
  | { readonly type: 'shuffle'; readonly step: number; readonly sparsity: number }
  | { readonly type: 'log'; readonly message: string };

/** Training the dense baseline, pruning, or training what is left after units were removed for real. */
export type Phase = 'dense' | 'prune' | 'shrink';
