import { z } from 'zod';
import type { LearningRate } from '../optimizer.ts';
import type { Step } from '../step.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';

export const exponentialRateOptions = z.object({
  from: z.number().positive().default(0.001).describe('The rate at the start.'),
  to: z.number().positive().default(0.0001).describe('The rate at the last step.'),
});

/** The same factor at every step: from · (to / from)^progress. */
@injectable()
export class ExponentialRate implements LearningRate {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof exponentialRateOptions>) {}

  rateAt({ progress }: Pick<Step, 'progress'>): number {
    const { from, to } = this.options;
    return from * (to / from) ** progress;
  }
}
