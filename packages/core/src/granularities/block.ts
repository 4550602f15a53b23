import { z } from 'zod';
import { type Granularity, type GroupSet, REDUCTIONS, type Reduction } from '../granularity.ts';
import type { PrunableParameter } from '../parameter.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';
import { kernelPlaneOf } from '../units.ts';

export const blockOptions = z.object({
  rows: z.int().min(1).default(4).describe('Along the input axis: the last but one, the last of a transposed convolution.'),
  columns: z.int().min(1).default(4).describe('Along the output axis.'),
  reduce: z.enum(REDUCTIONS).default('sum').describe('How a block’s scores become one.'),
});

/**
 * Blocks of rows × columns over the last two axes, rows of inputs and columns of outputs; at the edges they are smaller.
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
      const { inputs, inputStep, outputs, outputStep } = kernelPlaneOf(parameter);
      const across = Math.ceil(outputs / columns);
      const perPlane = Math.ceil(inputs / rows) * across;
      const groups = new Int32Array(parameter.size);
      for (let i = 0; i < groups.length; i++) {
        const plane = Math.floor(i / (inputs * outputs));
        const row = Math.floor(i / inputStep) % inputs;
        const column = Math.floor(i / outputStep) % outputs;
        groups[i] = plane * perPlane + Math.floor(row / rows) * across + Math.floor(column / columns);
      }
      return { count: (parameter.size / (inputs * outputs)) * perPlane, members: [{ parameter, groups }], companions: [] };
    });
  }
}
