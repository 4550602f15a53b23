/** What rules are made of: each sets down what it does with a builder, and gives the value that comes out. */
export { convolve } from './convolve.ts';
export { convolveVolume } from './convolve-volume.ts';
export { depthwise } from './depthwise.ts';
export { activate, affine, binary, scale, softmax } from './elementwise.ts';
export { concatenate, flatten, pad, permute, pick, repeat, reshape, reverse, settled, slice } from './layout.ts';
export { linear } from './linear.ts';
export { globalPool, pool, poolVolume } from './pool.ts';
