export { isSweep, type LoadedSweep, loadSweep, parseSweep, type SweepOptions, type SweepRun } from './parse-sweep.ts';
export { JobPerformer } from './perform-job.ts';
export { type PlannedRun, planSweep, type SweepPlan, type Team } from './plan-sweep.ts';
export { runSweep } from './run-sweep.ts';
export type { SweepEvent, SweepResult, SweepRunOptions } from './running-sweep.ts';
export { sweepJsonSchema } from './sweep-schema.ts';
export { type Job, type JobError, type JobEvent, type Outcome, type Worker, WorkerLost } from './worker.ts';
