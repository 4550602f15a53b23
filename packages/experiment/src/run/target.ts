import { groupSizes, type PrunableParameter } from '@espalier/core';
import type { PreparedExperiment } from './prepare.ts';

/**
 * The overall sparsity that was asked for: the run's target, and those that parameters have of their own. Each is
 * rounded to whole elements where its layer is known.
 */
export function askedSparsity({ selection, experiment }: PreparedExperiment): number {
  const target = experiment.prune.sparsity ?? Number.NaN;
  const size = selection.taken.reduce((sum, parameter) => sum + parameter.size, 0);
  return selection.taken.reduce((sum, parameter) => sum + (parameter.sparsity ?? target) * parameter.size, 0) / size;
}

/** What a strategy is given to prune. */
export interface RunTargets {
  readonly parameters: readonly PrunableParameter[];
  /** NaN where the threshold decides. */
  readonly sparsity: number;
}

/**
 * The parameters and the sparsity to end on. Targets of parameters' own follow that in proportion, and there is no
 * proportion to 0: where only parameters with a target of their own are to go, a run goes to the highest of those, and
 * the others have 0 as their own.
 */
export function targetsOf({ selection: { taken }, experiment }: PreparedExperiment): RunTargets {
  const { sparsity = Number.NaN } = experiment.prune;
  const highest = Math.max(0, ...taken.map((parameter) => parameter.sparsity ?? 0));
  if (sparsity !== 0 || highest === 0) return { parameters: taken, sparsity };
  return { parameters: taken.map((parameter) => ({ ...parameter, sparsity: parameter.sparsity ?? 0 })), sparsity: highest };
}

/** How far from what is asked the sparsity may end. */
export interface Tolerance {
  readonly share: number;
  readonly words: string;
}

/** As the config says it, or the share of the largest group: what is cut as one cannot be met more exactly. */
export function toleranceOf(prepared: PreparedExperiment): Tolerance {
  const { tolerance } = prepared.experiment.prune;
  const largest = largestGroup(prepared);
  if (largest <= tolerance) return { share: tolerance, words: points(tolerance) };
  return { share: largest, words: `${points(largest)}, the largest group, which goes or stays as one` };
}

/** Whether so little is less than what was asked for, beyond the tolerance; nothing where something was asked always is. */
export function fallsShort(prepared: PreparedExperiment, sparsity: number): boolean {
  const asked = askedSparsity(prepared);
  const rounding = 1e-9;
  return (
    asked - sparsity > toleranceOf(prepared).share + rounding || (sparsity === 0 && asked > prepared.experiment.prune.tolerance + rounding)
  );
}

function largestGroup({ granularity, selection, model }: PreparedExperiment): number {
  const largest = Math.max(...granularity.arrange(selection.taken, model).map((set) => coarseness(groupSizes(set))));
  return largest / selection.taken.reduce((sum, { size }) => sum + size, 0);
}

/** The size of the largest group; 0 of single elements, which can be met exactly. */
export function coarseness(sizes: ReturnType<typeof groupSizes>): number {
  const largest = typeof sizes === 'number' ? sizes : sizes.reduce((most, size) => Math.max(most, size), 0);
  return largest === 1 ? 0 : largest;
}

/** As plans and their problems write a share. */
export function percent(share: number): string {
  return `${+(100 * share).toFixed(2)} %`;
}

function points(share: number): string {
  return `${+(100 * share).toFixed(2)} points`;
}
