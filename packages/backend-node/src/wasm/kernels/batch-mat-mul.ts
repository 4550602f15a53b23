import * as tf from '@tensorflow/tfjs';
// Its own kernels must be registered before they are looked up.
import '@tensorflow/tfjs-backend-wasm';
import { kernel } from './kernel.ts';

const builtIn = tf.getKernel('BatchMatMul', 'wasm');

interface Attributes {
  transposeA: boolean;
  transposeB: boolean;
}

/**
 * Products of transposed matrices, which is what the gradient of each Dense layer consists of. The backend's own kernel
 * has a fast way for plain ones alone; turning a matrix over first costs less than its slow way.
 */
export const batchMatMul = kernel<{ a: tf.Tensor; b: tf.Tensor }, Attributes>(
  'BatchMatMul',
  ({ a, b }, { transposeA, transposeB }) => {
    const inputs = { a: transposeA ? swapLastTwo(a) : a, b: transposeB ? swapLastTwo(b) : b };
    const attrs = { transposeA: false, transposeB: false };
    const product = builtIn.kernelFunc({ inputs, attrs, backend: tf.backend() }) as tf.TensorInfo;
    return tf.engine().makeTensorFromTensorInfo(product);
  },
  // Where it looks its compiled function up, once the backend is there.
  (backend) => builtIn.setupFunc?.(backend),
);

function swapLastTwo(matrices: tf.Tensor): tf.Tensor {
  const axes = matrices.shape.map((_, axis) => axis);
  const [last, before] = [axes.pop() as number, axes.pop() as number];
  return tf.transpose(matrices, [...axes, last, before]);
}
