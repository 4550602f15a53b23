import { inject, injectable, OPTIONS, type Scheduler, type Step, z } from '@espalier/core';
import { along, endsAfterBegin, ORDER, rampOptions } from './ramp.ts';

export const stepOptions = z
  .object({ ...rampOptions, stairs: z.int().min(1).default(4).describe('n, how many.') })
  .refine(endsAfterBegin, ORDER);

/** s(p) = s₀ + (s₁ − s₀)·⌊n·p⌋ / n: a staircase of n equal steps, the last one at `end`. p goes from 0 at `begin` to 1 at `end`. */
@injectable()
export class StepScheduler implements Scheduler {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof stepOptions>) {}

  sparsityAt(step: Step, target: number): number {
    return along(
      this.options,
      step,
      target,
      (p, from, to) => from + ((to - from) * Math.floor(this.options.stairs * p + 1e-9)) / this.options.stairs,
    );
  }
}
