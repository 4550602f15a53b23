import { selectLowest } from '../select-lowest.ts';
import type { Line, ParameterScores, Threshold } from '../threshold.ts';

/** The same share of every parameter goes: its own quantile. Also known as uniform. */
export class LayerThreshold implements Threshold {
  lines(scores: readonly ParameterScores[], sparsity: number): Line[] | Promise<Line[]> {
    if (scores.every(({ groupSize }) => typeof groupSize === 'number'))
      return scores.map(({ size }) => ({ count: Math.round(sparsity * size) }));
    return Promise.all(scores.map((parameter) => quantile(parameter, sparsity)));
  }
}

/** Groups of different sizes: the lowest of one parameter until its share of elements is met. */
async function quantile(scores: ParameterScores, sparsity: number): Promise<Line> {
  const [line] = await selectLowest([scores], Math.round(sparsity * elementsIn(scores)));
  return line as Line;
}

/** How many elements all scores of a parameter stand for. */
export function elementsIn({ size, groupSize }: ParameterScores): number {
  return typeof groupSize === 'number' ? size * groupSize : groupSize.reduce((sum, each) => sum + each, 0);
}
