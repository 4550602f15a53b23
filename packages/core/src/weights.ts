import * as tf from '@tensorflow/tfjs';
import type { StoredTensor } from './checkpoint.ts';
import { EspalierError } from './errors.ts';
import { modelParameters } from './parameter.ts';

/** Every weight of a model, by parameter name, outside of tfjs's memory. */
export type StoredWeights = Readonly<Record<string, StoredTensor>>;

export async function readWeights(model: tf.LayersModel): Promise<StoredWeights> {
  const weights: Record<string, StoredTensor> = {};
  for (const { name, variable } of modelParameters(model)) {
    // A copy: a backend may hand out the memory that it goes on writing to.
    weights[name] = { shape: [...variable.shape], data: Float32Array.from(await variable.data()) };
  }
  return weights;
}

/** @throws EspalierError naming the first parameter that is missing or of another shape; nothing is written then. */
export function writeWeights(model: tf.LayersModel, weights: StoredWeights): void {
  const parameters = modelParameters(model);
  for (const { name, shape, size } of parameters) {
    const stored = weights[name];
    if (stored === undefined || stored.data.length !== size || stored.shape.join() !== shape.join()) {
      const got = stored === undefined ? 'nothing' : `[${stored.shape.join(', ')}]`;
      throw new EspalierError({ where: name, what: `the weights are those of another model: wanted [${shape.join(', ')}], got ${got}` });
    }
  }
  for (const { name, variable } of parameters) {
    const stored = weights[name] as StoredTensor;
    // A copy: a backend may go on writing to what it is given.
    tf.tidy(() => variable.assign(tf.tensor(stored.data.slice(), [...stored.shape], variable.dtype)));
  }
}

/** The name of the first parameter that holds NaN or infinity. */
export async function firstNonFinite(model: tf.LayersModel): Promise<string | undefined> {
  for (const { name, variable } of modelParameters(model)) {
    const values = await variable.data();
    if (!values.every(Number.isFinite)) return name;
  }
  return undefined;
}
