import { z } from 'zod';
import type { Line, ParameterScores, Threshold } from '../threshold.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';
import { partOfTheWay } from './part-of-the-way.ts';

export const stdOptions = z.object({
  quality: z
    .number()
    .positive()
    .default(1)
    .describe(
      'q in t = q·σ, where σ is the standard deviation of a layer’s weights that are left. For scores in the unit of weights: magnitude with l1.',
    ),
});

/**
 * The line of each layer follows the spread of its weights: t = q·σ. For scores in the weights' own unit (magnitude, l1): held
 * against others, such as squares, shares or products with gradients, it says nothing.
 * Han et al., 2015, "Learning both Weights and Connections", arXiv:1506.02626, section 3.
 */
@injectable()
export class StdThreshold implements Threshold {
  readonly decidesSparsity = true;
  readonly readsSizes = true;
  readonly ofElements = true;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof stdOptions>) {}

  async lines(scores: readonly ParameterScores[], sparsity: number): Promise<Line[]> {
    const lines: Line[] = [];
    for (const parameter of scores) {
      const weights = await parameter.parameter.variable.data<'float32'>();
      const below = this.options.quality * deviationOfAlive(weights, await parameter.read());
      lines.push(await partOfTheWay(parameter, below, sparsity));
    }
    return lines;
  }
}

/** σ of the weights that no earlier cut pruned: zeros that pruning made say nothing about the spread. */
function deviationOfAlive(weights: Float32Array, scores: Float32Array): number {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    if (scores[i] === Number.NEGATIVE_INFINITY) continue;
    const weight = weights[i] as number;
    const delta = weight - mean;
    mean += delta / ++count;
    squares += delta * (weight - mean);
  }
  return count === 0 ? 0 : Math.sqrt(squares / count);
}
