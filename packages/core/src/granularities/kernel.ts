import { z } from 'zod';
import { type Granularity, type GroupSet, REDUCTIONS, type Reduction } from '../granularity.ts';
import type { PrunableParameter } from '../parameter.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';

export const kernelOptions = z.object({
  reduce: z.enum(REDUCTIONS).default('sum').describe('How a slice’s scores become one.'),
});

/**
 * The spatial slice between one input and one output channel of a convolution: kh × kw weights.
 * Mao et al., 2017, "Exploring the Regularity of Sparse Structure", arXiv:1705.08922.
 */
@injectable()
export class KernelGranularity implements Granularity {
  readonly reduce: Reduction;

  constructor(@inject(OPTIONS) options: z.infer<typeof kernelOptions>) {
    this.reduce = options.reduce;
  }

  refuses({ shape }: PrunableParameter): string | undefined {
    return shape.length < 3 ? 'it has no spatial axes: kernels are slices of convolutions' : undefined;
  }

  arrange(parameters: readonly PrunableParameter[]): GroupSet[] {
    return parameters.map((parameter) => {
      const [rows, columns] = parameter.shape.slice(-2) as [number, number];
      const count = rows * columns;
      return { count, members: [{ parameter, groups: Int32Array.from({ length: parameter.size }, (_, i) => i % count) }], companions: [] };
    });
  }
}
