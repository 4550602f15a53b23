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
  type Snapshot,
  type Step,
  type Strategy,
  wantedSparsity,
  z,
} from '@espalier/core';

const SNAPSHOT = 'expected initial, or step-NUMBER of the dense training, such as step-100';

export const lotteryOptions = z
  .object({
    scorer: part('scorer', 'magnitude').describe('What decides which elements go, after each training.'),
    scheduler: part('scheduler', 'exponential').describe('How much in each round: by default the same share of what is left.'),
    rounds: z.int().min(1).max(1000).default(5).describe('How often it cuts and rewinds.'),
    rewindTo: z
      .string(SNAPSHOT)
      .regex(/^(initial|step-[1-9]\d*)$/, SNAPSHOT)
      .default('initial')
      .describe('The weights to go back to: initial, or those of a step of the dense training, such as step-200.'),
    rewindLearningRate: z
      .boolean()
      .default(false)
      .describe('Goes back to the start of the learning rate’s schedule alone: the weights stay as they were trained.'),
    trainFirst: z
      .boolean()
      .default(false)
      .describe('Trains before the first cut, too, from the weights to go back to. Otherwise the dense training counts as that.'),
  })
  .refine(({ rewindLearningRate, rewindTo }) => !rewindLearningRate || rewindTo === 'initial', {
    message: 'with rewindLearningRate the weights stay as they were trained: leave rewindTo out',
    path: ['rewindTo'],
  });

/**
 * The search for a winning ticket: cut what training has left small, put what is kept back to the weights of the
 * beginning, train anew; round after round. The first cut is that of the dense model, whose training began with the
 * same weights; each further training gets an equal part of the epochs, the last one is that of the ticket.
 * Frankle and Carbin, 2019, "The Lottery Ticket Hypothesis", arXiv:1803.03635; to a step k: Frankle et al., 2019,
 * arXiv:1903.01611. Rewinding the learning rate only: Renda et al., 2020, arXiv:2003.02389.
 */
@injectable()
export class LotteryStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof lotteryOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
    @inject(SCHEDULER) private readonly scheduler: Scheduler,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    const { rounds: total, trainFirst } = this.options;
    const wanted = (step: Step) => wantedSparsity(run, (target) => this.scheduler.sparsityAt(step, target));
    const trainings = run.budget.inParts(trainFirst ? total + 1 : total);
    if (trainFirst) {
      await this.rewind(run);
      await run.train(trainings.shift() as Budget);
    }
    for (const round of rounds(total)) {
      await run.cut(this.scorer, wanted(round));
      await this.rewind(run);
      // A training of its own: the schedule of the learning rate starts anew.
      await run.train(trainings[round.number - 1] as Budget);
    }
  }

  private async rewind(run: PruningRun): Promise<void> {
    if (!this.options.rewindLearningRate) await run.rewind(this.options.rewindTo as Snapshot);
  }
}
