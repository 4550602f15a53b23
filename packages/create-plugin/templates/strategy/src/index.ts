import {
  Budget,
  definePlugin,
  inject,
  injectable,
  OPTIONS,
  type PruningRun,
  part,
  rounds,
  SCORER,
  type Scorer,
  type Strategy,
  wantedSparsity,
  z,
} from '@espalier/core';

const acmeOptions = z.object({
  scorer: part('scorer', 'magnitude').describe('What decides which elements go.'),
  rounds: z.int().min(1).max(1000).default(3).describe('How often it cuts.'),
  before: z.number().min(0).max(1).default(0.25).describe('The share of the training that comes before the first cut.'),
});

/** Trains on, then cuts in equal steps with training after each. */
@injectable()
export class AcmeStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof acmeOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    const before = run.budget.share(this.options.before);
    const after = new Budget(run.budget.steps - before.steps, run.budget.stepsPerEpoch).inParts(this.options.rounds);
    await run.train(before);
    for (const round of rounds(this.options.rounds)) {
      // Where the threshold alone decides how much goes, this says how far to go on the way there.
      await run.cut(
        this.scorer,
        wantedSparsity(run, (target) => target * round.progress),
      );
      await run.train(after[round.number - 1] as Budget);
    }
  }
}

export default definePlugin({
  name: 'espalier-plugin-acme',
  strategies: { acme: { use: AcmeStrategy, options: acmeOptions, description: 'Trains on, then cuts in equal steps.' } },
});
