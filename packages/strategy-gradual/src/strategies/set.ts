import { inject, injectable, MAKE, type Make, OPTIONS, type PruningRun, part, type Strategy, z } from '@espalier/core';
import { checkMoves } from '../check-moves.ts';
import { SignedRankScorer } from '../scorers/signed-rank.ts';

export const setOptions = z.object({
  share: z.number().gt(0).max(1).default(0.3).describe('ζ: the share of connections that moves after each epoch.'),
  grow: part('scorer', 'random').describe('The most important by this come.'),
  init: part('scorer', 'random').describe('Which connections there are in the beginning.'),
});

/**
 * Sparse evolutionary training: a random net at the run's sparsity (the `erk` threshold is recommended) that evolves.
 * After each epoch but the last, the share ζ of the smallest positive and of the largest negative weights of each layer
 * is dropped, and as many grow at random places. What grows starts at zero, where the paper draws it anew.
 * Mocanu et al., 2018, "Scalable training of artificial neural networks with adaptive sparse connectivity",
 * arXiv:1707.04780, algorithm 1.
 */
@injectable()
export class SetStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof setOptions>,
    @inject(MAKE) private readonly make: Make,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    const { share, grow, init } = this.options;
    const dropping = new SignedRankScorer();
    const growing = this.make(grow);
    await run.rewind('initial');
    await run.cut(this.make(init));
    let updates = 0;
    await run.train(run.budget, async (step) => {
      if (!step.endsEpoch || step.number === step.total) return;
      updates++;
      await run.regrow(share, dropping, growing);
    });
    checkMoves(run, updates, 'set', 'Train for two epochs or more: it does so after each but the last');
  }
}
