import * as tf from '@tensorflow/tfjs';
import { loadWasm } from './wasm/load.ts';
import { withoutNewListeners } from './wasm/without-new-listeners.ts';

/**
 * Does `work` on tfjs's WebAssembly backend, on one thread, and makes the backend that was in use before the current one
 * again. Tensors made within stay usable: tfjs moves what another backend has.
 */
export async function onWasm<T>(work: () => Promise<T>): Promise<T> {
  const before = tf.getBackend();
  loadWasm();
  await withoutNewListeners(() => tf.setBackend('wasm'));
  try {
    return await work();
  } finally {
    await tf.setBackend(before);
  }
}
