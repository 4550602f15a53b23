export type { Builder, Value } from './compile/builder.ts';
export { type CompileOptions, compileNetwork, compileSparse } from './compile/compile-sparse.ts';
export { type Filters, filtersOf } from './compile/filters.ts';
export { type Geometry, geometryOf, type VolumeGeometry, volumeGeometryOf, windowPlaces } from './compile/geometry.ts';
export * as operations from './compile/operations/index.ts';
export { biasOf, defineSparseRule, inputOf, type SparseCall, type SparseRule, shapeOf, valuesOf } from './compile/sparse-rule.ts';
export * from './runtime.ts';
