import type { PruningRun } from './pruning-run.ts';
import type { Scorer } from './scorer.ts';
import { type Budget, rounds, type Step } from './step.ts';

/**
 * Cuts, then trains, so many times over; each round trains for its part of the run's budget, no step is lost.
 *
 * @param sparsityAfter the sparsity that a round cuts to; by default each takes the same share of what is left,
 *   1 − (1 − s)^(r/R).
 */
export async function pruneInRounds(
  run: PruningRun,
  scorer: Scorer,
  count: number,
  sparsityAfter: (round: Step) => number = (round) => 1 - (1 - run.sparsity) ** round.progress,
): Promise<void> {
  const parts = run.budget.inParts(count);
  for (const round of rounds(count)) {
    await run.cut(scorer, sparsityAfter(round));
    await run.train(parts[round.number - 1] as Budget);
  }
}
