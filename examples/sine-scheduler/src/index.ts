import {
  definePlugin,
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

/** Up along a quarter of a sine: fast at first, when there is most to spare, and flat at the end. */
export class SineScheduler implements Scheduler {
  sparsityAt({ progress }: Step, target: number): number {
    return target * Math.sin((Math.PI / 2) * progress);
  }
}

const followOptions = z.object({
  scorer: part('scorer'),
  scheduler: part('scheduler', 'sine'),
  every: z.int().min(1).default(10).describe('Steps between two cuts.'),
});

/** Cuts while it trains, to the sparsity that the scheduler wants at each step. */
@injectable()
export class FollowStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof followOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
    @inject(SCHEDULER) private readonly scheduler: Scheduler,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    await run.train(run.budget, async (step) => {
      const isDue = step.number % this.options.every === 0 || step.number === step.total;
      if (!isDue) return;
      await run.cut(
        this.scorer,
        wantedSparsity(run, (target) => this.scheduler.sparsityAt(step, target)),
      );
    });
  }
}

export default definePlugin({
  name: '@espalier-examples/sine-scheduler',
  schedulers: { sine: { use: SineScheduler, description: 'Up along a quarter of a sine.' } },
  strategies: { follow: { use: FollowStrategy, options: followOptions, description: 'Cuts while it trains, as the scheduler wants.' } },
});
