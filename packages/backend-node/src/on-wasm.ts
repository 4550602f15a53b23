import { EspalierError } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { loadWasm } from './wasm/load.ts';
import { withoutNewListeners } from './wasm/without-new-listeners.ts';

/**
 * Does `work` on tfjs's WebAssembly backend, on one thread, and makes the backend that was in use before the current one
 * again. Tensors made within stay usable: tfjs moves what another backend has.
 *
 * @throws EspalierError where that backend does not start here.
 */
export async function onWasm<T>(work: () => Promise<T>): Promise<T> {
  const before = tf.getBackend();
  loadWasm();
  try {
    // It gives false, having said why on the console, and leaves no backend in use.
    if (!(await withoutNewListeners(() => tf.setBackend('wasm')))) {
      throw new EspalierError({
        what: 'the WebAssembly backend of TensorFlow.js does not start here',
        remedy: 'Give the process more memory, or use another backend',
      });
    }
    return await work();
  } finally {
    await tf.setBackend(before);
  }
}
