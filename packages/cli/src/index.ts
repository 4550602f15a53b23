/**
 * Espalier for programs: all that the command does, and all that a plugin needs.
 *
 * @packageDocumentation
 */
export {
  type Attempt,
  type Backend,
  type BackendChoice,
  type BackendOptions,
  cacheFolder,
  type Diagnosis,
  diagnose,
  type InstallOptions,
  installNative,
  loadSavedModel,
  type NativeModel,
  StepError,
  useBackend,
} from '@espalier/backend-node';
export * from '@espalier/core';
export * from '@espalier/experiment';
export { fileHandler, loadModel, readModelFiles, saveModel } from '@espalier/models';
export {
  type Choice,
  type CompareOptions,
  type Comparison,
  chooseSetting,
  compare,
  comparisonJson,
  exportRuns,
  narrow,
  readRuns,
  serveReport,
  WrongRequest,
  writeReport,
} from '@espalier/report';
export {
  compileSparse,
  defineSparseRule,
  type LayerReport,
  loadSparse,
  type SparseCall,
  SparseModel,
  type SparseRule,
} from '@espalier/sparse';

import './share-library.ts';

export { type Bench, type BenchOptions, benchModel } from './bench-model.ts';
export { drawModel } from './draw-model.ts';
export { type InspectedGroup, type InspectedLayer, type InspectedModel, type InspectedParameter, inspectModel } from './inspect-model.ts';
export { type InspectedSparse, inspectSparse } from './inspect-sparse.ts';
export type { BenchedForm, Shipped } from './what-to-ship.ts';
