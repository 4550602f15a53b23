import * as tf from '@tensorflow/tfjs';

/** Shifts a tensor by `before` along one axis and makes it `size` long there: zeros come in, the overhang is cut off. */
export function padOrCrop<T extends tf.Tensor>(tensor: T, axis: number, before: number, size: number): T {
  const length = tensor.shape[axis] ?? 0;
  const from = Math.max(0, -before);
  const kept = Math.min(length - from, size - Math.max(0, before));
  let result: tf.Tensor = tensor;
  if (kept < length) {
    const begin = tensor.shape.map((_, at) => (at === axis ? from : 0));
    result = tf.slice(
      result,
      begin,
      tensor.shape.map((all, at) => (at === axis ? kept : all)),
    );
  }
  const ahead = Math.max(0, before);
  if (ahead > 0 || ahead + kept < size) {
    const paddings = tensor.shape.map((_, at): [number, number] => (at === axis ? [ahead, size - ahead - kept] : [0, 0]));
    result = tf.pad(result, paddings);
  }
  return result as T;
}
