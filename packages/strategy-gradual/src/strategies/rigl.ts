import { inject, injectable, MAKE, type Make, moment, OPTIONS, type PruningRun, part, type Strategy, stepsTo, z } from '@espalier/core';
import { checkMoves } from '../check-moves.ts';
import { interval, isDue } from '../interval.ts';

export const riglOptions = z.object({
  every: interval.default(100).describe('ΔT: steps between two updates of the connections, or { epochs }.'),
  share: z.number().gt(0).max(1).default(0.3).describe('α: the share of connections that moves in the first update.'),
  end: moment.default(0.75).describe('When connections stay as they are: a share of the training, { steps } or { epochs }.'),
  drop: part('scorer', 'magnitude').describe('The least important by this go.'),
  grow: part('scorer', 'gradient').describe('The most important by this come.'),
  init: part('scorer', 'random').describe('Which connections there are in the beginning.'),
});

/**
 * Sparse from the start: a random net at the run's sparsity (the `erk` threshold is recommended) whose connections
 * move while it trains. Every ΔT steps a share α/2·(1 + cos(πt / T_end)) of each layer's weights is dropped, the
 * smallest, and as many grow from zero where the gradient is largest.
 * Evci et al., 2020, "Rigging the Lottery: Making All Tickets Winners", arXiv:1911.11134, section 3.
 */
@injectable()
export class RiglStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof riglOptions>,
    @inject(MAKE) private readonly make: Make,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    const { every, share, end, drop, grow, init } = this.options;
    const dropping = this.make(drop);
    const growing = this.make(grow);
    await run.rewind('initial');
    await run.cut(this.make(init));
    let updates = 0;
    await run.train(run.budget, async (step) => {
      const last = stepsTo(end, step);
      if (step.number >= Math.min(last, step.total) || !isDue(every, step)) return;
      updates++;
      await run.regrow((share / 2) * (1 + Math.cos((Math.PI * step.number) / last)), dropping, growing);
    });
    checkMoves(run, updates, 'rigl', 'Train longer, update more often (every), or end later (end)');
  }
}
