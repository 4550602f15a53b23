import { z } from '@espalier/core';
import { folds } from './shrink-schema.ts';

const options = z
  .object({
    kernel: z
      .enum(['sparse', 'dense'])
      .optional()
      .describe('The kernel of every layer, where it is not to be the one that is expected to be faster.'),
    variant: z
      .enum(['relaxed', 'simd', 'plain'])
      .optional()
      .describe('Which WebAssembly to measure with, where not the fastest that runs here: the file runs on each of them.'),
    fold: folds
      .extend({
        constants: z
          .boolean()
          .default(false)
          .describe('Units that give the same whatever goes in; shrink removes them with what else is dead.'),
      })
      .optional()
      .describe('Fewer layers that give the same, first; by default all but constants.'),
  })
  .strict();

/** `true`, or what is to be different. Without a default, so that runs of before keep their hashes. */
export const sparseSchema = z
  .union([z.boolean(), options])
  .optional()
  .describe('Compiles the result to sparse kernels, into sparse/: the shrunk model where it shrinks, else the pruned one.');

export type SparseSettings = z.infer<typeof options>;

/** All settings; undefined where nothing is compiled. */
export function sparseSettings(sparse: z.infer<typeof sparseSchema>): SparseSettings | undefined {
  if (sparse === undefined || sparse === false) return undefined;
  return options.parse(sparse === true ? {} : sparse);
}
