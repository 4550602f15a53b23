import {
  type Budget,
  inject,
  injectable,
  OPTIONS,
  type PruningRun,
  part,
  rounds,
  SCHEDULER,
  SCORER,
  type Scheduler,
  type Scorer,
  type Step,
  type Strategy,
  wantedSparsity,
  z,
} from '@espalier/core';

export const iterativeOptions = z.object({
  scorer: part('scorer', 'magnitude').describe('What decides which elements go.'),
  scheduler: part('scheduler', 'exponential').describe('How much in each round: by default the same share of what is left.'),
  rounds: z.int().min(1).max(1000).default(5).describe('How often it cuts and trains.'),
});

/**
 * Cut, train, repeat: each round cuts to what the schedule wants of it, and trains for an equal part of the epochs.
 * Han et al., 2015, "Learning both Weights and Connections", arXiv:1506.02626, section 3.4.
 */
@injectable()
export class IterativeStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof iterativeOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
    @inject(SCHEDULER) private readonly scheduler: Scheduler,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    const wanted = (step: Step) => wantedSparsity(run, (target) => this.scheduler.sparsityAt(step, target));
    const parts = run.budget.inParts(this.options.rounds);
    for (const round of rounds(parts.length)) {
      await run.cut(this.scorer, wanted(round));
      await run.train(parts[round.number - 1] as Budget);
    }
  }
}
