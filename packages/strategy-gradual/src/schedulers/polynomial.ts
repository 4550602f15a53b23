import { inject, injectable, OPTIONS, type Scheduler, type Step, z } from '@espalier/core';
import { along, endsAfterBegin, ORDER, rampOptions } from './ramp.ts';

export const polynomialOptions = z
  .object({ ...rampOptions, power: z.number().positive().default(3).describe('3 as in the paper; 1 is linear.') })
  .refine(endsAfterBegin, ORDER);

/**
 * s(p) = s₁ + (s₀ − s₁)·(1 − p)^power: fast at first, when there is most to spare, and ever slower. p goes from 0 at
 * `begin` to 1 at `end`.
 * Zhu and Gupta, 2017, "To prune, or not to prune", arXiv:1710.01878, eq. 1, with a power of 3.
 */
@injectable()
export class PolynomialScheduler implements Scheduler {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof polynomialOptions>) {}

  sparsityAt(step: Step, target: number): number {
    return along(this.options, step, target, (p, from, to) => to + (from - to) * (1 - p) ** this.options.power);
  }
}
