import { loadSparse } from '@espalier/sparse/runtime';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

/** What gives ten shares, one for each digit, for an image of 28×28. */
export interface Classifier {
  /** One prediction, its result read back. */
  predict(image: Float32Array): Float32Array | Promise<Float32Array>;
}

/** The model as tfjs runs it: every weight is multiplied, zero or not. */
export async function onTfjs(url: string): Promise<Classifier> {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  await tf.setBackend('wasm');
  await tf.ready();
  const model = await tf.loadLayersModel(url);
  return {
    predict: async (image) => {
      const output = tf.tidy(() => model.predict(tf.tensor(image, [1, 28, 28, 1])) as tf.Tensor);
      const shares = await output.data<'float32'>();
      output.dispose();
      return shares;
    },
  };
}

/** The same model, of which only what is not zero is there. */
export async function onSparseKernels(url: string): Promise<Classifier> {
  const model = await loadSparse(url);
  return { predict: (image) => model.predict(image) };
}
