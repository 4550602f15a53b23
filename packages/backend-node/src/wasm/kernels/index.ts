import * as tf from '@tensorflow/tfjs';
import { batchMatMul } from './batch-mat-mul.ts';
import { conv2DBackpropFilter } from './conv2d-backprop-filter.ts';
import { conv2DBackpropInput } from './conv2d-backprop-input.ts';
import { depthwiseBackpropFilter } from './depthwise-backprop-filter.ts';
import { depthwiseBackpropInput } from './depthwise-backprop-input.ts';
import type { WasmKernel } from './kernel.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

/** What the WebAssembly backend of tfjs 4.22 lacks for the training of usual layers. */
export const MISSING_KERNELS: readonly WasmKernel[] = [
  conv2DBackpropFilter,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  unsortedSegmentSum,
];

/** What it has, but so slow that composing it anew pays. */
export const FASTER_KERNELS: readonly WasmKernel[] = [batchMatMul, conv2DBackpropInput];

/** Registers what is missing, where a later tfjs has not brought it, and what is faster. */
export function registerKernels(): void {
  for (const missing of MISSING_KERNELS) {
    if (tf.getKernel(missing.name, 'wasm') == null) missing.register();
  }
  for (const faster of FASTER_KERNELS) {
    tf.unregisterKernel(faster.name, 'wasm');
    faster.register();
  }
}
