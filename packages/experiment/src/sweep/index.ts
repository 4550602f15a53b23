export { isSweep, type LoadedSweep, loadSweep, parseSweep, type SweepOptions, type SweepRun } from './parse-sweep.ts';
export { sweepJsonSchema } from './sweep-schema.ts';
