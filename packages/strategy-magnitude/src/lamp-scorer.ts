import type { PrunableParameter, Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/**
 * The squared weight as a share of those that outlive it in its layer: w_u² / Σ_{v ≥ u} w_v², the weights in ascending
 * order of their size, equal ones by position. The largest of each layer scores 1, so that one line for the whole net
 * empties no layer.
 * Lee et al., 2021, "Layer-adaptive Sparsity for the Magnitude-based Pruning", arXiv:2010.07611, eq. 2.
 */
export class LampScorer implements Scorer {
  readonly independent = true;

  async score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    const scores: tf.Tensor[] = [];
    for (const { variable, shape } of parameters) scores.push(tf.tensor(lamp(await variable.data<'float32'>()), [...shape]));
    return scores;
  }
}

function lamp(weights: Float32Array): Float32Array {
  const scores = new Float32Array(weights.length);
  const ascending = Uint32Array.from(weights.keys()).sort(
    (a, b) => Math.abs(weights[a] as number) - Math.abs(weights[b] as number) || a - b,
  );
  let rest = 0;
  for (let place = ascending.length - 1; place >= 0; place--) {
    const at = ascending[place] as number;
    const square = (weights[at] as number) ** 2;
    rest += square;
    // Of nothing but zeros, each is as good as the other.
    scores[at] = rest === 0 ? 0 : square / rest;
  }
  return scores;
}
