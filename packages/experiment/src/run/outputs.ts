import { batches, EspalierError, type Samples, samplesFor } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** What predicts: a model of layers, or one that TensorFlow runs as one graph. */
export type Predictor = Pick<tf.LayersModel, 'inputs' | 'outputs' | 'predict'>;

/** What a model gives for each of these samples, per output. */
export async function outputsOf(model: Predictor, samples: Samples): Promise<Float32Array[]> {
  const parts: Float32Array[][] = model.outputs.map(() => []);
  for (const batch of batches(samplesFor(model, samples), 64)) {
    const inputs = [...batch.inputs];
    const outputs = [tf.tidy(() => model.predict(inputs.length === 1 ? (inputs[0] as tf.Tensor) : inputs))].flat();
    for (const [i, output] of outputs.entries()) parts[i]?.push((await output.data<'float32'>()).slice());
    tf.dispose([...outputs, ...inputs, ...batch.targets]);
  }
  return parts.map((each) => {
    const all = new Float32Array(each.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of each) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  });
}

/**
 * The largest difference between the outputs of a model and of the one made from it, over the largest output of the
 * first. Infinite where they do not give as many numbers, or the second gives NaN or infinity.
 *
 * @throws EspalierError where the first itself gives NaN or infinity: there is nothing to compare with.
 */
export async function differenceTo(model: Predictor, other: Predictor, samples: Samples, where = 'shrink'): Promise<number> {
  const [before, after] = [await outputsOf(model, samples), await outputsOf(other, samples)];
  if (!before.every((values) => values.every(Number.isFinite))) {
    throw new EspalierError({
      where,
      what: 'the masked model gives NaN or infinity',
      why: 'its training has diverged, or its data has such values: whether what is made of it gives the same cannot be told',
      remedy: 'Lower the learning rate or the sparsity, or look through the data',
    });
  }
  if (before.length !== after.length || before.some(({ length }, i) => length !== after[i]?.length)) return Number.POSITIVE_INFINITY;
  let [largest, difference] = [0, 0];
  for (const [output, values] of before.entries()) {
    for (const [i, value] of values.entries()) {
      const made = after[output]?.[i] ?? Number.NaN;
      if (!Number.isFinite(made)) return Number.POSITIVE_INFINITY;
      largest = Math.max(largest, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - made));
    }
  }
  return largest === 0 ? difference : difference / largest;
}

/** More than rounding gives: a fault of ours, not a matter of taste. */
const TOLERANCE = 1e-3;

/** What a message says of a difference that `differenceTo` found, where it is more than rounding gives; else undefined. */
export function tooFar(maxDifference: number): string | undefined {
  return maxDifference <= TOLERANCE ? undefined : `they differ by up to ${maxDifference.toPrecision(2)} of the largest`;
}
