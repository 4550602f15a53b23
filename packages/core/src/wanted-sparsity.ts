import type { PruningRun } from './pruning-run.ts';

/** Where the threshold decides alone, a course is asked as if it went to this sparsity: exponential ones never come to 1. */
const ALL_THE_WAY = 0.9;

/**
 * The sparsity for `run.cut` on a course that ends on the run's sparsity; where the threshold decides alone (the run's is
 * NaN then), how far the course is on the way to what that decides, from 0 to 1.
 *
 * @param course the sparsity now, for the one to end on: `(target) => scheduler.sparsityAt(step, target)`.
 */
export function wantedSparsity({ sparsity }: Pick<PruningRun, 'sparsity'>, course: (target: number) => number): number {
  return Number.isNaN(sparsity) ? course(ALL_THE_WAY) / ALL_THE_WAY : course(sparsity);
}
