import { BrokenPromise, type ModelParameter } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Lets somebody look at a model. Copies of the weights are held meanwhile that cost nothing, as they share their memory
 * with the weights until these are written to.
 *
 * @param where who looks, for the message.
 * @throws BrokenPromise naming the parameters that are others afterwards.
 */
export async function unchanged<T>(parameters: readonly ModelParameter[], where: string, look: () => Promise<T>): Promise<T> {
  const before = parameters.map(({ variable }) => variable.clone());
  try {
    const seen = await look();
    const changed: string[] = [];
    for (const [i, { name, variable }] of parameters.entries()) {
      const copy = before[i] as tf.Tensor;
      if (variable.dataId !== copy.dataId && !(await areEqual(variable, copy))) changed.push(name);
    }
    if (changed.length === 0) return seen;
    throw new BrokenPromise({
      where,
      what: `changes the model that it looks at: ${changed.join(', ')}`,
      remedy: 'Work on a copy, or put the weights back to what they were',
    });
  } finally {
    tf.dispose(before);
  }
}

async function areEqual(a: tf.Tensor, b: tf.Tensor): Promise<boolean> {
  const all = tf.tidy(() => tf.all(tf.equal(a, b)));
  const [equal] = await all.data();
  all.dispose();
  return equal === 1;
}
