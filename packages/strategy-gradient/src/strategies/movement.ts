import {
  inject,
  injectable,
  OPTIONS,
  type PruningRun,
  part,
  SCORER,
  type Scorer,
  type Step,
  type Strategy,
  wantedSparsity,
  z,
} from '@espalier/core';

export const movementStrategyOptions = z
  .object({
    scorer: part('scorer', 'movement').describe('What decides which weights go; it watches every step.'),
    begin: z.number().min(0).max(1).default(0.1).describe('When cutting begins, as a share of the training. Until then it only watches.'),
    end: z.number().min(0).max(1).default(0.7).describe('When the last cut is made. The rest trains what is left.'),
    cuts: z.int().min(1).max(10_000).default(20).describe('How many cuts, evenly spread from begin to end.'),
  })
  .refine(({ begin, end }) => begin < end, { message: 'begin must be before end', path: ['end'] });

/**
 * Trains, and cuts on the way what training moves towards zero. The sparsity rises along a cubic from begin to end, fast at
 * first: s · (1 − (1 − t)³).
 * Sanh et al., 2020, arXiv:2005.07683, § 4 and 5 (hard movement pruning, its schedule from Zhu & Gupta, arXiv:1710.01878,
 * eq. 1). There, pruned weights keep a gradient and may return; here they stay pruned.
 */
@injectable()
export class MovementStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof movementStrategyOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    const onStep = async (step: Step): Promise<void> => {
      const done = this.cutsUntil(step.number / step.total);
      if (done === this.cutsUntil((step.number - 1) / step.total)) return;
      const course = 1 - (1 - done / this.options.cuts) ** 3;
      await run.cut(
        this.scorer,
        wantedSparsity(run, (target) => target * course),
      );
    };
    await run.train(run.budget, { watch: this.scorer, onStep });
  }

  /** How many of the cuts are due when this share of the training is done. */
  private cutsUntil(progress: number): number {
    const { begin, end, cuts } = this.options;
    // A hair more, so that a step that ends on a cut is not rounded below it.
    return Math.max(0, Math.min(cuts, Math.floor(((progress - begin) / (end - begin)) * cuts + 1e-9)));
  }
}
