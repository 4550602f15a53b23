import {
  Budget,
  inject,
  injectable,
  OPTIONS,
  type PruningRun,
  part,
  SCHEDULER,
  SCORER,
  type Scheduler,
  type Scorer,
  type Step,
  type Strategy,
  wantedSparsity,
  z,
} from '@espalier/core';
import { interval, isDue } from '../interval.ts';

export const gradualOptions = z.object({
  scorer: part('scorer', 'magnitude').describe('What decides which elements go.'),
  scheduler: part('scheduler', { polynomial: { end: 0.75 } }).describe('How much at each step.'),
  every: interval.default(50).describe('Steps between two cuts, or { epochs }.'),
  finetune: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('The share of the training that is kept for after the schedule: shares in the schedule are of the rest.'),
});

/**
 * Cuts while it trains, every so many steps a little, as a schedule wants it; the last cut is where the schedule
 * reaches its end, on that very step.
 * Zhu and Gupta, 2017, "To prune, or not to prune", arXiv:1710.01878.
 */
@injectable()
export class GradualStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof gradualOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
    @inject(SCHEDULER) private readonly scheduler: Scheduler,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    const { every, finetune } = this.options;
    const budget = run.budget.share(1 - finetune);
    const wanted = (step: Step) => wantedSparsity(run, (target) => this.scheduler.sparsityAt(step, target));
    const last = wanted(budget.at(budget.steps, Number.NaN));
    const asked = run.keep.value('gradual: asked for', 0);

    const onStep = async (step: Step) => {
      const sparsity = wanted(step);
      if (sparsity <= asked.current || !(sparsity === last || isDue(every, step))) return;
      asked.current = sparsity;
      await run.cut(this.scorer, sparsity);
      if (step.number === run.budget.steps)
        run.log('the last cut is at the last step, and nothing is trained after it: let the schedule end earlier');
    };
    // A scorer that gathers what it needs while the net trains sees every step of it.
    await run.train(budget, { onStep, watch: this.scorer.watch === undefined ? undefined : this.scorer });
    const left = run.budget.steps - budget.steps;
    if (left > 0) await run.train(new Budget(left, run.budget.stepsPerEpoch));
  }
}
