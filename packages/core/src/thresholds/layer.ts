import type { Line, ParameterScores, Threshold } from '../threshold.ts';

/** The same share of every parameter goes: its own quantile. */
export class LayerThreshold implements Threshold {
  lines(scores: readonly ParameterScores[], sparsity: number): Line[] {
    return scores.map(({ size }) => ({ count: Math.round(sparsity * size) }));
  }
}
