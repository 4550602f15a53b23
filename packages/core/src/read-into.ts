import * as tf from '@tensorflow/tfjs';

/**
 * A kernel that backends may bring along: reads elements of `x` (float32), `stride` apart, from `from` on until `values`
 * is full. Its attributes are { from, stride, values }; it gives no tensor.
 */
export const READ_INTO = 'EspalierReadInto';

/** Whether the backend reads into memory that is there: parts of a tensor then cost no more than their copy. */
export function readsInto(): boolean {
  return tf.getKernel(READ_INTO, tf.getBackend()) !== undefined;
}

/** Reads elements of a tensor, a stride apart, from a position on until the array is full. */
export async function readInto(values: Float32Array, tensor: tf.Tensor, from: number, stride = 1): Promise<void> {
  const kernel = tf.getKernel(READ_INTO, tf.getBackend());
  if (kernel !== undefined) {
    kernel.kernelFunc({ inputs: { x: tensor }, attrs: { from, stride, values } as unknown as tf.NamedAttrMap, backend: tf.backend() });
    return;
  }
  const part = tf.tidy(() => {
    const flat = tf.reshape(tensor, [tensor.size]);
    const end = from + (values.length - 1) * stride + 1;
    return stride === 1 ? tf.slice(flat, from, values.length) : tf.stridedSlice(flat, [from], [end], [stride]);
  });
  try {
    values.set(await part.data<'float32'>());
  } finally {
    part.dispose();
  }
}
