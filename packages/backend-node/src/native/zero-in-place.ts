import { ZERO_IN_PLACE } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** What of tfjs-node's backend and of our binding takes part in zeroing. */
interface Zeroer {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_FLOAT: number;
    /** Only where the binding is ours. */
    zeroFloats?(id: number, bits: Uint8Array): boolean;
  };
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  refCount(data: tf.DataId): number;
  executeSingleOutput(op: string, attributes: object[], inputs: tf.TensorInfo[]): tf.TensorInfo;
}

/** Masking in TensorFlow's own memory, where the binding can: no new memory, no second pass over it. */
export function registerZeroInPlace(): void {
  const { binding } = tf.backend() as unknown as Zeroer;
  if (binding.zeroFloats === undefined || tf.getKernel(ZERO_IN_PLACE, 'tensorflow') !== undefined) return;
  tf.registerKernel({
    kernelName: ZERO_IN_PLACE,
    backendName: 'tensorflow',
    kernelFunc({ inputs, attrs, backend }) {
      const x = inputs['x'] as tf.TensorInfo;
      const zeroer = backend as Zeroer;
      // tfjs counts the tensors that share this one's data, the binding those that share its memory.
      if (zeroer.refCount(x.dataId) > 1) return [];
      const [id] = zeroer.getInputTensorIds([x]) as [number];
      if (!zeroer.binding.zeroFloats?.(id, attrs?.['bits'] as unknown as Uint8Array)) return [];
      return [zeroer.executeSingleOutput('Identity', [{ name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }], [x])];
    },
  });
}
