import { selectLowest } from '../select-lowest.ts';
import type { Line, ParameterScores, Threshold } from '../threshold.ts';
import { elementsIn } from './layer.ts';

/** One line for the whole net: the lowest scores go wherever they are. */
export class GlobalThreshold implements Threshold {
  lines(scores: readonly ParameterScores[], sparsity: number): Promise<Line[]> {
    const total = scores.reduce((sum, each) => sum + elementsIn(each), 0);
    return selectLowest(scores, Math.round(sparsity * total));
  }
}
