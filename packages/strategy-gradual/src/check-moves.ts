import { EspalierError, type PruningRun } from '@espalier/core';

/**
 * For the plan: a net whose connections are to move while it trains should see them move.
 *
 * @throws EspalierError where the rehearsed training has no update.
 */
export function checkMoves(run: PruningRun, updates: number, strategy: string, remedy: string): void {
  if (!run.rehearsal || updates > 0) return;
  throw new EspalierError({
    where: `strategy "${strategy}"`,
    what: `no connection would move in ${run.budget.steps} steps (${Number(run.budget.epochs.toFixed(2))} epochs) of training`,
    remedy,
  });
}
