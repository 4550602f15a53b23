import type { PruningRun } from './pruning-run.ts';
import { checkShare } from './refusal.ts';

/** Where the threshold decides alone, a course is asked as if it went to this sparsity: exponential ones never come to 1. */
const ALL_THE_WAY = 0.9;
const ROUNDING = 1e-9;

/**
 * The sparsity for `run.cut` on a course that ends on the run's sparsity; where the threshold decides alone (the run's is
 * NaN then), how far the course is on the way to what that decides, from 0 to 1.
 *
 * @param course the sparsity now, for the one to end on: `(target) => scheduler.sparsityAt(step, target)`.
 * @throws EspalierError for a course that gives anything but a number from 0 to 1.
 */
export function wantedSparsity({ sparsity }: Pick<PruningRun, 'sparsity'>, course: (target: number) => number): number {
  const isFree = Number.isNaN(sparsity);
  const wanted = course(isFree ? ALL_THE_WAY : sparsity);
  checkShare(wanted, 'cut', 'sparsity that the scheduler wants');
  if (!isFree) return wanted;
  const way = wanted / ALL_THE_WAY;
  return way < 1 + ROUNDING ? Math.min(1, way) : way;
}
