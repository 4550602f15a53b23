import type { PruningRun } from './pruning-run.ts';
import type { Scorer } from './scorer.ts';
import type { Budget } from './step.ts';
import type { Strategy } from './strategy.ts';

/** What a strategy is held against: the same course with its insight taken out of it. */
export const CONTROLS = {
  random: 'The same course with random scores in place of its own: what the schedule and the training do by themselves.',
  shuffled:
    'The masks that the strategy found, shuffled inside each layer, on the first weights, trained for as many epochs as the strategy trained since it last put weights back: whether it matters which weights stay, or only how many in each layer.',
  reinitialised:
    'The masks that the strategy found, on weights that another seed has drawn, trained for as many epochs as the strategy trained since it last put weights back: whether the masks are worth anything without the weights that they were found with.',
  scratch:
    'The masks that the strategy found, on the first weights, trained for as long as the dense training and the pruning took together: whether the small net could have been trained at once.',
} as const;
export type Control = keyof typeof CONTROLS;

export interface ControlParts {
  /** Draws each group's score by chance. */
  readonly randomScorer: Scorer;
  /** The training of the dense net, in steps of the pruning's batches. */
  readonly denseBudget: Budget;
}

/**
 * A strategy as its control: a strategy again, so that it is rehearsed, resumed and recorded like any.
 * Random scores and shuffled masks: Frankle et al., 2021, arXiv:2009.08576. Re-initialised: Frankle and Carbin, 2019,
 * arXiv:1803.03635. From scratch: Liu et al., 2019, "Rethinking the Value of Network Pruning", arXiv:1810.05270.
 */
export function underControl(strategy: Strategy, control: Control, { randomScorer, denseBudget }: ControlParts): Strategy {
  if (control === 'random') return { prune: (run) => strategy.prune(withScorer(run, randomScorer)) };
  return {
    prune: async (run) => {
      const own = sinceRewound(run);
      await strategy.prune(own.run);
      if (control === 'shuffled') await run.shuffleMasks();
      await run.rewind(control === 'reinitialised' ? 'redrawn' : 'initial');
      await run.train(control === 'scratch' ? denseBudget.and(run.budget) : own.trained());
    },
  };
}

/** The run, and how long it has trained since its weights were last put back: of a ticket, the last of its trainings alone. */
function sinceRewound(run: PruningRun): { readonly run: PruningRun; trained(): Budget } {
  const none = run.budget.share(0);
  let trained = none;
  const counted = instead(run, {
    train: (budget, hooks) => {
      trained = trained.and(budget);
      return run.train(budget, hooks);
    },
    rewind: (to) => {
      trained = none;
      return run.rewind(to);
    },
  });
  return { run: counted, trained: () => trained };
}

/** The run, but every cut goes by one scorer; none of the strategy's own watches the training. */
function withScorer(run: PruningRun, scorer: Scorer): PruningRun {
  return instead(run, {
    cut: (_, sparsity) => run.cut(scorer, sparsity),
    regrow: (share) => run.regrow(share, scorer, scorer),
    train: (budget, hooks) => run.train(budget, typeof hooks === 'function' ? hooks : { ...hooks, watch: undefined }),
  });
}

/** The run with some of its methods replaced. */
function instead(run: PruningRun, methods: Partial<PruningRun>): PruningRun {
  return new Proxy(run, {
    get: (target, name) => {
      const own = Reflect.get(methods, name) ?? Reflect.get(target, name, target);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}
