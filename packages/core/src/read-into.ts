import * as tf from '@tensorflow/tfjs';

/**
 * A kernel that backends may bring along: reads elements of `x` (float32) from `from` on until `values` is full. Its
 * attributes are { from, values }; it gives no tensor.
 */
export const READ_INTO = 'EspalierReadInto';

/** Whether the backend reads into memory that is there: parts of a tensor then cost no more than their copy. */
export function readsInto(): boolean {
  return tf.getKernel(READ_INTO, tf.getBackend()) !== undefined;
}

/** Reads elements of a tensor from a position on until the array is full. */
export async function readInto(values: Float32Array, tensor: tf.Tensor, from: number): Promise<void> {
  const kernel = tf.getKernel(READ_INTO, tf.getBackend());
  if (kernel !== undefined) {
    kernel.kernelFunc({ inputs: { x: tensor }, attrs: { from, values } as unknown as tf.NamedAttrMap, backend: tf.backend() });
    return;
  }
  const part = tf.tidy(() => tf.slice(tf.reshape(tensor, [tensor.size]), from, values.length));
  try {
    values.set(await part.data<'float32'>());
  } finally {
    part.dispose();
  }
}
