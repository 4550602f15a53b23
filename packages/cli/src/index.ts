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
export { drawModel } from './draw-model.ts';
export { type InspectedGroup, type InspectedLayer, type InspectedModel, type InspectedParameter, inspectModel } from './inspect-model.ts';
