import type { Operation } from '../binding.ts';
import { activation, scale } from './activation.ts';
import { binary } from './binary.ts';
import { convolution, sparseConvolution, sparseVector, vector } from './convolution.ts';
import { copy } from './copy.ts';
import { affine, l2Normalise, normalise } from './normalisation.ts';
import { recur } from './recur.ts';
import { anyIsNot, gather, product } from './sequence.ts';
import { cut, depthwise, globalPool, pool, resize } from './slide.ts';
import { softmax } from './softmax.ts';

/** The table: what runs each operation of a plan. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  sparseConvolution,
  convolution,
  sparseVector,
  vector,
  depthwise,
  pool,
  globalPool,
  cut,
  resize,
  copy,
  activation,
  scale,
  binary,
  affine,
  normalise,
  l2Normalise,
  softmax,
  gather,
  anyIsNot,
  product,
  recur,
};

export function operationOf(name: string): Operation | undefined {
  return Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
}
