import { KEEP_WHERE } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** What of tfjs-node's backend runs any op of TensorFlow by its name. */
interface OpRunner {
  readonly binding: { readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number };
  executeSingleOutput(op: string, attributes: object[], inputs: tf.TensorInfo[]): tf.TensorInfo;
}

/** Masking by one op that makes nothing but its result. */
export function registerKeepWhere(): void {
  if (tf.getKernel(KEEP_WHERE, 'tensorflow') !== undefined) return;
  tf.registerKernel({
    kernelName: KEEP_WHERE,
    backendName: 'tensorflow',
    kernelFunc({ inputs, backend }) {
      const { x, mask } = inputs as Record<'x' | 'mask', tf.TensorInfo>;
      const runner = backend as OpRunner;
      const attributes = [{ name: 'T', type: runner.binding.TF_ATTR_TYPE, value: runner.binding.TF_FLOAT }];
      // A product in which zero times anything is a plain zero.
      if (mask.dtype === 'float32') return runner.executeSingleOutput('MulNoNan', attributes, [x, mask]);
      const zero = tf.scalar(0);
      const kept = runner.executeSingleOutput('SelectV2', attributes, [mask, x, zero]);
      zero.dispose();
      return kept;
    },
  });
}
