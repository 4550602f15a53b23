import { z } from 'zod';
import type { LearningRate } from '../optimizer.ts';
import type { Step } from '../step.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';

export const stepRateOptions = z.object({
  from: z.number().positive().default(0.001).describe('The rate at the start.'),
  factor: z.number().positive().lt(1).default(0.1).describe('What the rate is multiplied by at each drop.'),
  at: z.array(z.number().gt(0).lt(1)).min(1).default([0.8]).describe('When it drops, as shares of the training.'),
});

/** Drops by a factor at given shares of the training. */
@injectable()
export class StepRate implements LearningRate {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof stepRateOptions>) {}

  rateAt({ progress }: Pick<Step, 'progress'>): number {
    const { from, factor, at } = this.options;
    return from * factor ** at.filter((share) => progress > share).length;
  }
}
