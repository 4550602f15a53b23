export type { Builder, Value } from './compile/builder.ts';
export { type CompileOptions, compileNetwork, compileSparse } from './compile/compile-sparse.ts';
export * as operations from './compile/operations/index.ts';
export { defineSparseRule, type SparseCall, type SparseRule } from './compile/sparse-rule.ts';
export * from './runtime.ts';
