export type { Variant } from './kernels/instantiate.ts';
export type { LayerReport } from './plan/plan.ts';
export type { NumberArray, SparseInput, TensorLike } from './run/input.ts';
export { loadSparse, type SparseSource } from './run/load-sparse.ts';
export type { SaveTarget } from './run/save.ts';
export { type PredictOptions, type SparseInputs, type SparseMemory, SparseModel, type SparseOptions } from './run/sparse-model.ts';
