import { inject, injectable, OPTIONS, type Scheduler, type Step, z } from '@espalier/core';
import { along, endsAfterBegin, ORDER, rampOptions } from './ramp.ts';

export const cosineOptions = z.object({ ...rampOptions }).refine(endsAfterBegin, ORDER);

/** s(p) = s₁ + (s₀ − s₁)·(1 + cos πp) / 2: slow at first, fast in the middle, slow at the end. p goes from 0 at `begin` to 1 at `end`. */
@injectable()
export class CosineScheduler implements Scheduler {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof cosineOptions>) {}

  sparsityAt(step: Step, target: number): number {
    return along(this.options, step, target, (p, from, to) => to + ((from - to) * (1 + Math.cos(Math.PI * p))) / 2);
  }
}
