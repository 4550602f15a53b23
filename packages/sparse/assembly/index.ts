export { activate } from './activation';
export { conv } from './conv';
export { dense, sparseDense, sparseDenseWide } from './dense';
export { affine, binary, binaryByRow } from './elementwise';
export { cut, fill, resizeBilinear } from './layout';
export { gruStep, lstmStep, softmax, softmaxRow } from './normalise';
export { depthwiseConv, globalPool, pool } from './planes';
export { sparseConv, sparseConvBlocks, sparseConvWide } from './sparse-conv';
