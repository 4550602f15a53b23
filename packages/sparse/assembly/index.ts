export { activate } from './activation';
export { conv } from './conv';
export { dense, sparseDense, sparseDenseWide } from './dense';
export { affine, binary, binaryByRow, scale } from './elementwise';
export { copy, cut, embed, fill, gather, matMul, resizeBilinear, scatter, transpose, upsampleNearest } from './layout';
export { gruStep, layerNorm, lstmStep, softmax, softmaxRow } from './normalise';
export { depthwiseConv, globalPool, pool } from './planes';
export { sparseConv, sparseConvBlocks, sparseConvWide } from './sparse-conv';
