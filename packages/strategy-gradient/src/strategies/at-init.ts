import {
  inject,
  injectable,
  OPTIONS,
  type PruningRun,
  part,
  rounds,
  SCORER,
  type Scorer,
  type Strategy,
  sparsityAfter,
  z,
} from '@espalier/core';

export const atInitOptions = z.object({
  scorer: part('scorer', 'snip').describe('What decides which weights go: snip, grasp, synflow, or any that scores an untrained net.'),
  rounds: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Cuts, each scored anew on what the one before has left. 100 for synflow and 1 for any other where it is not given.'),
});

/**
 * Prune the untrained net, then train what is left for the whole budget. Over R rounds the sparsity rises as
 * 1 − (1 − s)^(r/R): each takes the same share of what is left (`sparsityAfter`).
 * Lee et al., 2019, arXiv:1810.02340, algorithm 1; the rounds: Tanaka et al., 2020, arXiv:2006.05467, algorithm 1.
 */
@injectable()
export class AtInitStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof atInitOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    const { scorer, rounds: count = scorer.name === 'synflow' ? 100 : 1 } = this.options;
    await run.rewind('initial');
    for (const round of rounds(count)) {
      await run.cut(this.scorer, sparsityAfter(run, round));
    }
    await run.train(run.budget);
  }
}
