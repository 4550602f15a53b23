import { inject, injectable, OPTIONS, type Scheduler, type Step, z } from '@espalier/core';
import { along, endsAfterBegin, ORDER, rampOptions } from './ramp.ts';

export const linearOptions = z.object({ ...rampOptions }).refine(endsAfterBegin, ORDER);

/** s(p) = s₀ + (s₁ − s₀)·p: as many elements at each step. p goes from 0 at `begin` to 1 at `end`. */
@injectable()
export class LinearScheduler implements Scheduler {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof linearOptions>) {}

  sparsityAt(step: Step, target: number): number {
    return along(this.options, step, target, (p, from, to) => from + (to - from) * p);
  }
}
