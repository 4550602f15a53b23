import { z } from '@espalier/core';
import type { FoldOptions } from '@espalier/surgery';

export const folds = z
  .object({
    batchNorms: z.boolean().default(true).describe('Batch norms into the weights beside them.'),
    activations: z.boolean().default(true).describe('Activation layers into the layers before them.'),
    relu6: z
      .boolean()
      .optional()
      .describe('Those of them that are relu6; where it is not given, on every backend but WASM, which takes long for it.'),
    constants: z.boolean().default(true).describe('Units that give the same whatever goes in, into the biases of those that read them.'),
    padding: z.boolean().default(true).describe('Zero padding into convolutions that pad the same by themselves.'),
    identities: z.boolean().default(true).describe('Layers that give what they are given vanish.'),
    dropouts: z.boolean().default(true).describe('Dropout and noise, which do nothing once training is over, vanish.'),
  } satisfies Readonly<Record<keyof FoldOptions, z.ZodType>>)
  .strict();

const options = z
  .object({
    emptied: z
      .enum(['refuse', 'keepOne', 'bypass'])
      .default('refuse')
      .describe(
        'Where masks empty a layer: refuse, keep one of its units, or leave it out where an Add or a Concatenate can do without it.',
      ),
    constants: z.boolean().default(true).describe('Whether units that give a constant go, too, into the biases of those that read them.'),
    keep: z.array(z.string().min(1)).optional().describe('Layers whose units stay, by path: head, encoder/*.'),
    roundTo: z
      .number()
      .int()
      .min(1)
      .max(4096)
      .optional()
      .describe('Widths that are left are multiples of this, where the layer was wide enough.'),
    minimum: z.number().int().min(1).max(1_000_000).optional().describe('The fewest units that a layer keeps.'),
    epochs: z
      .number()
      .min(0)
      .max(100_000)
      .default(0)
      .describe('Training of the small model, with the optimiser of prune; zeros stay zeros.'),
    fold: z.union([z.boolean(), folds]).default(true).describe('Fewer layers that give the same, when training is over.'),
    savedModel: z
      .boolean()
      .optional()
      .describe('The small model as one TensorFlow graph, too, in saved-model/: what tfjs-node runs fastest.'),
  })
  .strict();

/** `true`, or what is to be different. */
export const shrinkSchema = z
  .union([z.boolean(), options])
  .default(false)
  .describe('Removes what is dead for real, after pruning: units without weights, and layers that fold into others.');

export type ShrinkSettings = z.infer<typeof options>;

/** All settings; undefined where nothing is shrunk. */
export function shrinkSettings(shrink: z.infer<typeof shrinkSchema>): ShrinkSettings | undefined {
  if (shrink === false) return undefined;
  return options.parse(shrink === true ? {} : shrink);
}
