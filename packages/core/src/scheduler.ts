import type { Step } from './step.ts';

/** How much at each step? */
export interface Scheduler {
  /** The sparsity wanted at this step, from 0 to 1, on the way to `target`. A pure function: the plan calls it, too. */
  sparsityAt(step: Step, target: number): number;
}
