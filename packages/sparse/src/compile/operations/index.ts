/** What rules are made of: each sets down what it does with a builder, and gives the value that comes out. */
export { type Convolution, convolve } from './convolve.ts';
export { convolveVolume, type VolumeConvolution } from './convolve-volume.ts';
export { type Depthwise, depthwise } from './depthwise.ts';
export { activate, affine, type BinaryName, binary, type Constant, scale, softmax } from './elementwise.ts';
export { concatenate, flatten, pad, permute, pick, repeat, reshape, reverse, settled, slice, withMask } from './layout.ts';
export { linear, type Sums } from './linear.ts';
export { globalPool, type Kind, pool, poolVolume } from './pool.ts';
