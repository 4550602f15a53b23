import * as tf from '@tensorflow/tfjs';

/** Zeros between rows and columns, so that neighbours are `vertical` and `horizontal` apart. */
export function spread(tensor: tf.Tensor4D, vertical: number, horizontal: number): tf.Tensor4D {
  if (vertical === 1 && horizontal === 1) return tensor;
  const [samples, height, width, channels] = tensor.shape;
  const rows = tf.pad(tf.reshape(tensor, [samples * height, 1, width * channels]), [
    [0, 0],
    [0, vertical - 1],
    [0, 0],
  ]);
  const places = samples * height * vertical * width;
  const both = tf.pad(tf.reshape(rows, [places, 1, channels]), [
    [0, 0],
    [0, horizontal - 1],
    [0, 0],
  ]);
  return tf.reshape(both, [samples, height * vertical, width * horizontal, channels]);
}
