import { z } from 'zod';
import type { LearningRate } from '../optimizer.ts';
import type { Step } from '../step.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';

export const cosineRateOptions = z.object({
  from: z.number().positive().default(0.001).describe('The rate after the warm-up.'),
  to: z.number().min(0).default(0).describe('The rate at the last step.'),
  warmup: z.number().min(0).lt(1).default(0).describe('The share of the steps over which the rate rises from 0.'),
});

/** Half a cosine from one rate to another. Loshchilov and Hutter, 2017, arXiv:1608.03983, eq. 5 (without restarts). */
@injectable()
export class CosineRate implements LearningRate {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof cosineRateOptions>) {}

  rateAt({ progress }: Pick<Step, 'progress'>): number {
    const { from, to, warmup } = this.options;
    if (progress < warmup) return (from * progress) / warmup;
    const rest = (progress - warmup) / (1 - warmup);
    return to + ((from - to) * (1 + Math.cos(Math.PI * rest))) / 2;
  }
}
