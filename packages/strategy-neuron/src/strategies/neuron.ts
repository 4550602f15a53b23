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

export const neuronOptions = z.object({
  scorer: part('scorer', 'norm').describe('What decides which units go.'),
  rounds: roundsOption,
});

/**
 * Cut whole units (`granularity: unit`), then train what is left: at once, or over several rounds, each of which takes
 * the same share of what is left, 1 − (1 − s)^(r/R), and trains for its part of the epochs.
 * Li et al., 2017, "Pruning Filters for Efficient ConvNets", arXiv:1608.08710, section 3.
 */
@injectable()
export class NeuronStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof neuronOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    await pruneInRounds(run, this.scorer, this.options.rounds);
  }
}
