import { EXPECTATIONS, type Expectation, type Experiment } from '../config/experiment.ts';
import { brokenFigures } from './figure-expectations.ts';
import type { Measurement, RunResult, ShrunkMeasurement, SparseMeasurement } from './result.ts';

/** What a config expects of its result and does not hold, as sentences. */
export function brokenExpectations(experiment: Experiment, result: Measured): string[] {
  const broken: string[] = [];
  for (const name of Object.keys(EXPECTATIONS) as Expectation[]) {
    const range = experiment.expect?.[name];
    if (range === undefined) continue;
    const value = figureFor(name, result);
    // What is asked of a sparsity can only be met to one element.
    const slack = name === 'sparsity' && result.pruned !== null ? 1 / result.pruned.parameters : 0;
    if (value === null) broken.push(`expect.${name}: there is no such figure in this run`);
    else if (range.min !== undefined && value < range.min - slack)
      broken.push(`expect.${name}: ${figure(value)} is less than ${range.min}`);
    else if (range.max !== undefined && value > range.max + slack)
      broken.push(`expect.${name}: ${figure(value)} is more than ${range.max}`);
  }
  return [...broken, ...brokenFigures(experiment, result)];
}

type Measured = Pick<RunResult, 'dense' | 'pruned'> & Partial<Pick<RunResult, 'shrunk' | 'sparse'>>;

interface Models {
  readonly dense: Measurement;
  readonly pruned: Measurement;
  readonly shrunk: ShrunkMeasurement | null;
  readonly sparse: SparseMeasurement | null;
}

const FIGURES: Readonly<Record<Expectation, (models: Models) => number | null | undefined>> = {
  accuracy: ({ pruned }) => pruned.accuracy,
  accuracyDrop: ({ dense, pruned }) => drop(dense, pruned),
  loss: ({ pruned }) => pruned.loss,
  sparsity: ({ pruned }) => pruned.sparsity,
  nonzero: ({ pruned }) => pruned.nonzero,
  bytes: ({ pruned }) => pruned.bytes,
  macs: ({ pruned }) => pruned.macs,
  denseAccuracy: ({ dense }) => dense.accuracy,
  shrunkAccuracy: ({ shrunk }) => shrunk?.accuracy,
  shrunkAccuracyDrop: ({ dense, shrunk }) => shrunk && drop(dense, shrunk),
  shrunkLoss: ({ shrunk }) => shrunk?.loss,
  shrunkParameters: ({ shrunk }) => shrunk?.parameters,
  shrunkBytes: ({ shrunk }) => shrunk?.bytes,
  shrunkMacs: ({ shrunk }) => shrunk?.macs,
  shrunkLatencyMs: ({ shrunk }) => shrunk?.latencyMs,
  shrunkSpeedup: ({ dense, shrunk }) => shrunk && dense.latencyMs / shrunk.latencyMs,
  savedModelSpeedup: ({ dense, shrunk }) => shrunk?.savedModel?.latencyMs && dense.latencyMs / shrunk.savedModel.latencyMs,
  sparseLatencyMs: ({ sparse }) => sparse?.latencyMs,
  sparseSpeedup: ({ sparse }) => sparse?.denseWasmLatencyMs && sparse.denseWasmLatencyMs / sparse.latencyMs,
  sparseBytes: ({ sparse }) => sparse?.bytes,
};

function figureFor(name: Expectation, { dense, pruned, shrunk = null, sparse = null }: Measured): number | null {
  return pruned === null || dense === null ? null : (FIGURES[name]({ dense, pruned, shrunk, sparse }) ?? null);
}

/** Counted in test samples, so that 0.975 − 0.97 is 0.005 and not a little more. */
function drop(from: Measurement, to: Measurement): number | null {
  return from.accuracy === null || to.accuracy === null ? null : Number((from.accuracy - to.accuracy).toFixed(9));
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
