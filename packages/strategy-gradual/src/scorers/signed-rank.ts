import type { PrunableParameter, Scorer, ScoringContext } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/**
 * How large a weight is among the kept ones of its sign: its rank by |w|, as a share of how many those are. Under any
 * line, the same share of the positive and of the negative weights falls.
 */
export class SignedRankScorer implements Scorer {
  async score(parameters: readonly PrunableParameter[], { masks }: ScoringContext): Promise<tf.Tensor[]> {
    const scores: tf.Tensor[] = [];
    for (const parameter of parameters) {
      const weights = await parameter.variable.data<'float32'>();
      const mask = masks.get(parameter);
      const kept = Array.from(weights.keys()).filter((i) => mask.keeps(i));
      const ranks = new Float32Array(weights.length);
      for (const sign of [1, -1])
        rank(
          weights,
          kept.filter((i) => Math.sign(weights[i] as number) === sign),
          ranks,
        );
      scores.push(tf.tensor(ranks, [...parameter.shape]));
    }
    return scores;
  }
}

/** What is zero although it is kept has just grown and come to nothing: its rank stays 0. */
function rank(weights: Float32Array, those: number[], ranks: Float32Array): void {
  those.sort((a, b) => Math.abs(weights[a] as number) - Math.abs(weights[b] as number));
  for (const [place, i] of those.entries()) ranks[i] = (place + 1) / those.length;
}
