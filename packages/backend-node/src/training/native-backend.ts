import * as tf from '@tensorflow/tfjs';

/** A tensor inside tfjs-node: an id of the binding's. */
export interface HandleInfo {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** What tfjs-node's compiled binding offers of a session: a saved graph that is loaded once and run by names. */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): HandleInfo[];
}

interface NodeBackend {
  readonly binding: Binding;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(handle: HandleInfo): tf.Tensor;
}

/** True where tfjs computes through tfjs-node, so that graphs can be run. */
export function isNative(): boolean {
  return tf.getBackend() === 'tensorflow';
}

function backend(): NodeBackend {
  return tf.backend() as unknown as NodeBackend;
}

export function binding(): Binding {
  return backend().binding;
}

/** The binding's ids of tensors, which stay tfjs's own. */
export function handlesOf(tensors: readonly tf.Tensor[]): number[] {
  return backend().getInputTensorIds(tensors);
}

/** A tfjs tensor of what a session gave, sharing its memory. The caller disposes it. */
export function tensorOf(handle: HandleInfo): tf.Tensor {
  return backend().createOutputTensor(handle);
}
