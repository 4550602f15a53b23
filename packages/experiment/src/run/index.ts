export { type Baseline, denseBaseline } from './baseline.ts';
export { brokenExpectations } from './expectations.ts';
export { countNonzero, latencies, type MeasureOptions, measure } from './measure.ts';
export { makePlan, type Plan, type PlannedParameter, type PlanProblem } from './plan.ts';
export { type PreparedExperiment, prepare } from './prepare.ts';
export { loadData, type PartName, type PruneOptions, type PruneReport, prune, type TrainOptions, train } from './prune-model.ts';
export type { Measurement, RunResult } from './result.ts';
export { type ExperimentEvent, planExperiment, type RunOptions, runExperiment } from './run-experiment.ts';
export { RUN_FILES, RunFolder, readResult } from './run-folder.ts';
