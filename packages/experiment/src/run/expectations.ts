import { EXPECTATIONS, type Expectation, type Experiment } from '../config/experiment.ts';
import { brokenFigures } from './figure-expectations.ts';
import type { RunResult } from './result.ts';

/** What a config expects of its result and does not hold, as sentences. */
export function brokenExpectations(experiment: Experiment, result: Pick<RunResult, 'dense' | 'pruned'>): string[] {
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

function figureFor(name: Expectation, { dense, pruned }: Pick<RunResult, 'dense' | 'pruned'>): number | null {
  if (pruned === null || dense === null) return null;
  switch (name) {
    case 'denseAccuracy':
      return dense.accuracy;
    case 'accuracyDrop':
      // Counted in test samples, so that 0.975 − 0.97 is 0.005 and not a little more.
      return dense.accuracy === null || pruned.accuracy === null ? null : Number((dense.accuracy - pruned.accuracy).toFixed(9));
    default:
      return pruned[name] ?? null;
  }
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
