import { z } from 'zod';
import type { PruningRun } from './pruning-run.ts';
import type { Scorer } from './scorer.ts';
import { type Budget, rounds, type Step } from './step.ts';

/** The option of strategies that are one `pruneInRounds`. */
export const roundsOption = z
  .int()
  .min(1)
  .max(1000)
  .default(1)
  .describe('1 is one-shot: cut, then train. More cut a little each, with training in between.');

/**
 * Cuts, then trains, so many times over; each round takes the same share of what is left (`sparsityAfter`), and trains for
 * its part of the run's budget, no step is lost.
 */
export async function pruneInRounds(run: PruningRun, scorer: Scorer, count: number): Promise<void> {
  const parts = run.budget.inParts(count);
  for (const round of rounds(count)) {
    await run.cut(scorer, sparsityAfter(run, round));
    await run.train(parts[round.number - 1] as Budget);
  }
}

/**
 * The sparsity for `run.cut` in a round of several, each of which takes the same share of what is left,
 * 1 − (1 − s)^(r/R); where the threshold decides alone (s is NaN then), how far to go on the way to that, r/R.
 */
export function sparsityAfter({ sparsity }: Pick<PruningRun, 'sparsity'>, { progress }: Pick<Step, 'progress'>): number {
  return Number.isNaN(sparsity) ? progress : 1 - (1 - sparsity) ** progress;
}
