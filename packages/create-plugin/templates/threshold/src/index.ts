import {
  definePlugin,
  elementsIn,
  inject,
  injectable,
  type Line,
  OPTIONS,
  type ParameterScores,
  quantile,
  type Threshold,
  z,
} from '@espalier/core';

const acmeOptions = z.object({
  evenness: z.number().min(0).max(1).default(1).describe('1: each layer keeps as many weights. 0: each layer keeps the same share.'),
});

/** What stays is dealt out evenly: each layer keeps as many weights as the others, or all that it has. */
@injectable()
export class AcmeThreshold implements Threshold {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof acmeOptions>) {}

  async lines(scores: readonly ParameterScores[], sparsity: number): Promise<Line[]> {
    const smallestFirst = scores.map((one, index) => ({ one, index, size: elementsIn(one) })).sort((a, b) => a.size - b.size);
    const total = smallestFirst.reduce((sum, { size }) => sum + size, 0);
    const lines: Line[] = [];
    let toDeal = (1 - sparsity) * total;
    let dealt = 0;
    let kept = 0;
    for (const [place, { one, index, size }] of smallestFirst.entries()) {
      const even = Math.min(size, toDeal / (scores.length - place));
      toDeal -= even;
      dealt += this.options.evenness * even + (1 - this.options.evenness) * (1 - sparsity) * size;
      // Rounded as a sum, so that all layers together keep exactly what was asked for.
      const keep = Math.round(dealt) - kept;
      kept += keep;
      lines[index] = await quantile(one, 1 - keep / Math.max(1, size));
    }
    return lines;
  }
}

export default definePlugin({
  name: 'espalier-plugin-acme',
  thresholds: { acme: { use: AcmeThreshold, options: acmeOptions, description: 'Each layer keeps as many weights as the others.' } },
});
