import {
  cutOff,
  definePlugin,
  elementsIn,
  inject,
  injectable,
  type Line,
  OPTIONS,
  type ParameterScores,
  selectLowest,
  type Threshold,
  z,
} from '@espalier/core';

const floorOptions = z.object({
  keep: z.number().min(0).max(1).default(0.02).describe('The share of each parameter that stays, whatever its scores.'),
});

/** The lowest scores of the whole net go, but the best of each parameter stay: no layer is cut through. */
@injectable()
export class FloorThreshold implements Threshold {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof floorOptions>) {}

  async lines(scores: readonly ParameterScores[], sparsity: number): Promise<Line[]> {
    const floored = await Promise.all(scores.map(async (each) => this.withFloor(await each.read())));
    const total = scores.reduce((sum, each) => sum + elementsIn(each), 0);
    const global = await selectLowest(
      scores.map((each, i) => ({ ...each, pieces: undefined, sample: undefined, read: async () => floored[i] as Float32Array })),
      Math.round(sparsity * total),
    );
    return global.map((line, i) => ({ count: fallen(floored[i] as Float32Array, line) }));
  }

  /** +Infinity is what no line reaches. */
  private withFloor(scores: Float32Array): Float32Array {
    const { below, ties } = cutOff(scores, scores.length - Math.ceil(this.options.keep * scores.length));
    let equal = 0;
    const falls = (score: number) => score < below || (score === below && ++equal <= ties);
    return scores.map((score) => (falls(score) ? score : Number.POSITIVE_INFINITY));
  }
}

function fallen(scores: Float32Array, line: Line): number {
  return 'count' in line ? line.count : scores.filter((score) => score < line.below).length + (line.ties ?? 0);
}

export default definePlugin({
  name: '@espalier-examples/floor-threshold',
  thresholds: { floor: { use: FloorThreshold, options: floorOptions, description: 'As global, but a share of each parameter stays.' } },
});
