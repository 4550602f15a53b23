import { z } from 'zod';
import type { Granularity, GroupSet } from '../granularity.ts';
import type { PrunableParameter } from '../parameter.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';
import { type KernelPlane, kernelPlaneOf } from '../units.ts';

export const nmOptions = z
  .object({
    n: z.int().min(1).default(2).describe('How many stay …'),
    m: z.int().min(2).default(4).describe('… of so many neighbours along the input axis.'),
  })
  .refine(({ n, m }) => n < m, { message: 'n must be less than m', path: ['n'] });

/**
 * At most N of every M neighbours along the input axis may be kept; at a sparsity of 1 − N/M exactly N are. Below it,
 * what falls is chosen among those that are not the best N of their M, so a schedule leads up to the pattern. The input
 * axis is the one that is summed over: the last but one of a kernel, the last where a convolution is transposed.
 * Mishra et al., 2021, "Accelerating Sparse Deep Neural Networks", arXiv:2104.08378.
 */
@injectable()
export class NmGranularity implements Granularity {
  readonly maxSparsity: number;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof nmOptions>) {
    this.maxSparsity = 1 - options.n / options.m;
  }

  refuses({ name }: PrunableParameter): string | undefined {
    if (name.endsWith('depthwise_kernel')) return 'each of its filters sees one channel: it has no input axis to choose along';
    return name.endsWith('embeddings') ? 'its rows are looked up one by one: nothing is summed along an input axis' : undefined;
  }

  arrange(parameters: readonly PrunableParameter[]): GroupSet[] {
    return parameters.map((parameter) => ({
      count: parameter.size,
      members: [{ parameter, groups: null }],
      companions: [],
      protect: (scores) => this.protect(scores, kernelPlaneOf(parameter)),
    }));
  }

  /** The last block of an axis that M does not divide is smaller, and keeps its best N as well. */
  private protect(scores: Float32Array, { inputs, inputStep, outputs, outputStep }: KernelPlane): void {
    const { n, m } = this.options;
    const best = new Int32Array(n);
    for (let plane = 0; plane < scores.length; plane += inputs * outputs) {
      for (let start = 0; start < inputs; start += m) {
        const size = Math.min(m, inputs - start);
        for (let output = 0; output < outputs; output++) {
          const first = plane + start * inputStep + output * outputStep;
          let held = 0;
          // The best so far, the best first; of equals the first stays.
          for (let k = 0; k < size; k++) {
            const at = first + k * inputStep;
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
