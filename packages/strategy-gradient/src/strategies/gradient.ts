import {
  inject,
  injectable,
  OPTIONS,
  type PruningRun,
  part,
  pruneInRounds,
  roundsOption,
  SCORER,
  type Scorer,
  type Strategy,
  z,
} from '@espalier/core';

export const gradientStrategyOptions = z.object({
  scorer: part('scorer', 'taylor').describe('What decides which weights go.'),
  rounds: roundsOption,
});

/**
 * Cut what the loss depends on least, train what is left: at once, or over several rounds. With rounds each takes the same
 * share of what is left, 1 − (1 − s)^(r/R), is scored anew, and trains for its part of the epochs.
 * Molchanov et al., 2017, arXiv:1611.06440, § 2; 2019, arXiv:1906.10771, § 3.3.
 */
@injectable()
export class GradientStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof gradientStrategyOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    await pruneInRounds(run, this.scorer, this.options.rounds);
  }
}
