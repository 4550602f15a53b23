import { selectLowest } from '../select-lowest.ts';
import type { Line, ParameterScores, Threshold } from '../threshold.ts';

/** The same share of every parameter goes: its own quantile. Also known as uniform. */
export class LayerThreshold implements Threshold {
  lines(scores: readonly ParameterScores[], sparsity: number): Line[] | Promise<Line[]> {
    const lines = scores.map((parameter) => quantile(parameter, sparsity));
    // Counts by shape alone are given at once.
    return lines.some((line) => line instanceof Promise) ? Promise.all(lines) : (lines as Line[]);
  }
}

/** The line of one parameter under which this share of its elements lies; groups of different sizes fall from the lowest until it is met. */
export function quantile(scores: ParameterScores, sparsity: number): Line | Promise<Line> {
  if (typeof scores.groupSize === 'number') return { count: Math.round(sparsity * scores.size) };
  return selectLowest([scores], Math.round(sparsity * elementsIn(scores))).then(([line]) => line as Line);
}

/** How many elements all scores of a parameter stand for. */
export function elementsIn({ size, groupSize }: ParameterScores): number {
  return typeof groupSize === 'number' ? size * groupSize : groupSize.reduce((sum, each) => sum + each, 0);
}
