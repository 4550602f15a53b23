import type { Samples, ScoringContext } from '@espalier/core';
import { MaskSet } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { bed } from './bed.ts';

/** Two samples, (1, 1, 0) with target 1 and (0, 1, 3) with target 0. */
const SAMPLES: Samples = {
  size: 2,
  inputs: [{ shape: [3], data: Float32Array.of(1, 1, 0, 0, 1, 3) }],
  targets: [{ shape: [1], data: Float32Array.of(1, 0) }],
};

/** y = w·x with w = (1, 2, −1). The errors are 2 and −1, the gradients of the squared errors (4, 4, 0) and (0, −2, −6). */
export function oneNeuron(batchSize = 2) {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: 'line', units: 1, inputShape: [3], useBias: false })] });
  model.setWeights([tf.tensor2d([1, 2, -1], [3, 1])]);
  return bed.on({ model, samples: SAMPLES }, { batchSize });
}

/** The scores of its three weights. */
export async function scoresOfOneNeuron(scorer: unknown, batchSize?: number): Promise<number[]> {
  const { make, parameters, model } = oneNeuron(batchSize);
  const context = { model, masks: new MaskSet(parameters) } as Partial<ScoringContext> as ScoringContext;
  const [scores] = await make('scorer', scorer).score(parameters, context);
  return [...(scores as tf.Tensor).dataSync()];
}

/** Equal but for the rounding of floats. */
export function rounded(values: readonly number[], digits = 4): number[] {
  return values.map((value) => Number(value.toFixed(digits)));
}
