import { inject, injectable, OPTIONS, type Scheduler, type Step, z } from '@espalier/core';
import { along, endsAfterBegin, ORDER, rampOptions } from './ramp.ts';

export const exponentialOptions = z.object({ ...rampOptions }).refine(endsAfterBegin, ORDER);

/**
 * 1 − s(p) = (1 − s₀)·((1 − s₁) / (1 − s₀))^p: each step takes the same share of what is left. p goes from 0 at `begin`
 * to 1 at `end`. In rounds, with `start` 0, it is the way of Frankle and Carbin, 2019, arXiv:1803.03635, and of Tanaka
 * et al., 2020, arXiv:2006.05467.
 */
@injectable()
export class ExponentialScheduler implements Scheduler {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof exponentialOptions>) {}

  sparsityAt(step: Step, target: number): number {
    return along(this.options, step, target, (p, from, to) => 1 - (1 - from) * ((1 - to) / (1 - from)) ** p);
  }
}
