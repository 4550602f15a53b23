import type { PruningRun, Scheduler, Step } from '@espalier/core';

/** Where the threshold decides alone, a schedule is asked as if it went to this sparsity: exponential ones never come to 1. */
const ALL_THE_WAY = 0.9;

/**
 * The sparsity that a schedule wants of a run; where its threshold decides alone, how far on the way to what that
 * decides, from 0 to 1.
 */
export function wantedSparsity(scheduler: Scheduler, run: Pick<PruningRun, 'sparsity'>): (step: Step) => number {
  if (!Number.isNaN(run.sparsity)) return (step) => scheduler.sparsityAt(step, run.sparsity);
  return (step) => scheduler.sparsityAt(step, ALL_THE_WAY) / ALL_THE_WAY;
}
