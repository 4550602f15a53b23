import { inject, injectable, moment, OPTIONS, type Scheduler, type Step, stepsTo, z } from '@espalier/core';
import { WHEN } from './ramp.ts';

export const constantOptions = z.object({
  begin: moment.default(0).describe(`When all is cut at once: ${WHEN}.`),
});

/** s(t) = the target, from `begin` on: one cut for all. */
@injectable()
export class ConstantScheduler implements Scheduler {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof constantOptions>) {}

  sparsityAt(step: Step, target: number): number {
    return step.number < stepsTo(this.options.begin, step) ? 0 : target;
  }
}
