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

export const magnitudeStrategyOptions = z.object({
  scorer: part('scorer', 'magnitude').describe('What decides which weights go.'),
  rounds: roundsOption,
});

/**
 * Cut what is small, train what is left: at once, or over several rounds. With rounds each takes the same share of
 * what is left, 1 − (1 − s)^(r/R), and trains for its part of the epochs.
 * Han et al., 2015, "Learning both Weights and Connections", arXiv:1506.02626.
 */
@injectable()
export class MagnitudeStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof magnitudeStrategyOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    await pruneInRounds(run, this.scorer, this.options.rounds);
  }
}
