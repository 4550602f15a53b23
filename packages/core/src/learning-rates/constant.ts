import { z } from 'zod';
import type { LearningRate } from '../optimizer.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';

export const constantRateOptions = z.object({ rate: z.number().positive().describe('The rate at every step.') });

/** The same rate throughout. */
@injectable()
export class ConstantRate implements LearningRate {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof constantRateOptions>) {}

  rateAt(): number {
    return this.options.rate;
  }
}
