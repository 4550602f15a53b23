export { type Attempt, type Step, StepError } from './attempts.ts';
export { type Backend, type BackendChoice, type BackendOptions, useBackend, usePlainJavaScript } from './backend.ts';
export { cacheFolder } from './cache.ts';
export { type Diagnosis, diagnose } from './diagnose.ts';
export { type InstallOptions, installNative } from './native/install.ts';
export { type SummaryWriter, summaryWriter } from './native/summary-writer.ts';
export { loadSavedModel, type NativeModel } from './saved-model.ts';
export { threadsFor } from './threads.ts';
export { AutoTrainer, default, GraphTrainer, NoNativeRule } from './training/index.ts';
