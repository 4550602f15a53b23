import type { PruningRun } from './pruning-run.ts';

/**
 * A way to prune: it trains, scores, cuts and rewinds through the run, in the order that makes it that strategy.
 *
 * The same code is rehearsed for the plan (without training) and called again to resume after a kill (what is
 * finished returns at once). What has to live from step to step is therefore kept in `run.keep`, never in a field.
 */
export interface Strategy {
  prune(run: PruningRun): Promise<void>;
}
