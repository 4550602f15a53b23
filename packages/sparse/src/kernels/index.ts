export { ACTIVATIONS, BINARY } from './activation.ts';
export { instantiateKernels, supportedVariants, VARIANTS, type Variant } from './instantiate.ts';
export type { Kernels } from './kernels.ts';
export { convScratch, MEMORY_BASE, planeStride, READ_AHEAD, roundUp, type Slide, slideScratch } from './layout.ts';
export { packConv, packDense, rowsOf, sparseRows, tapsInBlock } from './pack.ts';
