import { z } from 'zod';
import type { Line, ParameterScores, Threshold } from '../threshold.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';
import { partOfTheWay } from './part-of-the-way.ts';

export const fixedOptions = z.object({
  value: z.number().positive().describe('Every score below this value goes. For magnitude, a weight.'),
});

/** Everything whose score is below one value goes, whatever share that is: the classic cut by magnitude. */
@injectable()
export class FixedThreshold implements Threshold {
  readonly decidesSparsity = true;
  readonly readsSizes = true;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof fixedOptions>) {}

  lines(scores: readonly ParameterScores[], sparsity: number): Promise<Line[]> {
    return Promise.all(scores.map((each) => partOfTheWay(each, this.options.value, sparsity)));
  }
}
