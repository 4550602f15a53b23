import { z } from 'zod';
import type { Granularity, GroupSet } from '../granularity.ts';
import type { PrunableParameter } from '../parameter.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';

export const nmOptions = z
  .object({
    n: z.int().min(1).default(2).describe('How many stay …'),
    m: z.int().min(2).default(4).describe('… of so many neighbours along the input axis.'),
  })
  .refine(({ n, m }) => n < m, { message: 'n must be less than m', path: ['n'] });

/**
 * At most N of every M neighbours along the input axis may be kept; at a sparsity of 1 − N/M exactly N are. Below it,
 * what falls is chosen among those that are not the best N of their M, so a schedule leads up to the pattern.
 * Mishra et al., 2021, "Accelerating Sparse Deep Neural Networks", arXiv:2104.08378.
 */
@injectable()
export class NmGranularity implements Granularity {
  readonly maxSparsity: number;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof nmOptions>) {
    this.maxSparsity = 1 - options.n / options.m;
  }

  refuses({ name }: PrunableParameter): string | undefined {
    return name.endsWith('depthwise_kernel') ? 'each of its filters sees one channel: it has no input axis to choose along' : undefined;
  }

  arrange(parameters: readonly PrunableParameter[]): GroupSet[] {
    return parameters.map((parameter) => ({
      count: parameter.size,
      members: [{ parameter, groups: null }],
      companions: [],
      protect: (scores) => this.protect(scores, parameter.shape),
    }));
  }

  /** The last block of an axis that M does not divide is smaller, and keeps its best N as well. */
  private protect(scores: Float32Array, shape: readonly number[]): void {
    const { n, m } = this.options;
    const [height, width] = shape.slice(-2) as [number, number];
    const best = new Int32Array(n);
    for (let plane = 0; plane < scores.length; plane += height * width) {
      for (let start = 0; start < height; start += m) {
        const size = Math.min(m, height - start);
        for (let column = 0; column < width; column++) {
          const first = plane + start * width + column;
          let held = 0;
          // The best so far, the best first; of equals the first stays.
          for (let k = 0; k < size; k++) {
            const at = first + k * width;
            let place = held;
            while (place > 0 && (scores[at] as number) > (scores[best[place - 1] as number] as number)) place--;
            if (place >= n) continue;
            held = Math.min(n, held + 1);
            best.copyWithin(place + 1, place, held - 1);
            best[place] = at;
          }
          for (let k = 0; k < held; k++) {
            const at = best[k] as number;
            if (scores[at] !== Number.NEGATIVE_INFINITY) scores[at] = Number.POSITIVE_INFINITY;
          }
        }
      }
    }
  }
}
