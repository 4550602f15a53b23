import { z } from 'zod';
import { type Granularity, type GroupSet, REDUCTIONS, type Reduction } from '../granularity.ts';
import type { PrunableParameter } from '../parameter.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';

export const blockOptions = z.object({
  rows: z.int().min(1).default(4).describe('Along the input axis, the last but one.'),
  columns: z.int().min(1).default(4).describe('Along the output axis, the last.'),
  reduce: z.enum(REDUCTIONS).default('sum').describe('How a block’s scores become one.'),
});

/**
 * Blocks of rows × columns over the last two axes, input and output; at the edges they are smaller.
 * Narang et al., 2017, "Block-Sparse Recurrent Neural Networks", arXiv:1711.02782.
 */
@injectable()
export class BlockGranularity implements Granularity {
  readonly reduce: Reduction;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof blockOptions>) {
    this.reduce = options.reduce;
  }

  arrange(parameters: readonly PrunableParameter[]): GroupSet[] {
    return parameters.map((parameter) => {
      const { rows, columns } = this.options;
      const [height, width] = parameter.shape.slice(-2) as [number, number];
      const across = Math.ceil(width / columns);
      const perPlane = Math.ceil(height / rows) * across;
      const groups = new Int32Array(parameter.size);
      for (let i = 0; i < groups.length; i++) {
        const plane = Math.floor(i / (height * width));
        const row = Math.floor(i / width) % height;
        groups[i] = plane * perPlane + Math.floor(row / rows) * across + Math.floor((i % width) / columns);
      }
      return { count: (parameter.size / (height * width)) * perPlane, members: [{ parameter, groups }], companions: [] };
    });
  }
}
