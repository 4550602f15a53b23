import { batches, type Samples, samplesFor } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** What a model gives for each of these samples, per output. */
export async function outputsOf(model: tf.LayersModel, samples: Samples): Promise<Float32Array[]> {
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
