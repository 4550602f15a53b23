import { groupSizes } from '@espalier/core';
import { askedSparsity } from './plan.ts';
import type { PreparedExperiment } from './prepare.ts';
import type { RunResult } from './result.ts';

/** What a run has come to. */
export interface Reached {
  /** Of all parameters that the config selects. */
  readonly sparsity: number;
  readonly parameters: RunResult['parameters'];
  /** Those whose last group was kept. */
  readonly spared: readonly string[];
}

/** What was asked beside what was got: one sentence where it was missed. */
export function missedTarget(prepared: PreparedExperiment, { sparsity, parameters, spared }: Reached): string[] {
  const { threshold, experiment } = prepared;
  if (threshold.decidesSparsity) {
    const missed = threshold.missed?.(leftOf(prepared, parameters));
    return missed === undefined ? [] : [`${missed}${becauseOf(spared)}`];
  }
  if (experiment.prune.sparsity === undefined) return [];
  const asked = askedSparsity(prepared);
  const tolerance = toleranceOf(prepared);
  if (Math.abs(sparsity - asked) <= tolerance.share) return [];
  const missed = `sparsity: ${percent(sparsity)} was reached where ${percent(asked)} was asked for (tolerance ${tolerance.words})`;
  return [`${missed}${sparsity < asked ? becauseOf(spared) : ''}`];
}

/** How far from what is asked the sparsity may end. */
export function toleranceOf(prepared: PreparedExperiment): { readonly share: number; readonly words: string } {
  const { tolerance } = prepared.experiment.prune;
  const largest = largestGroup(prepared);
  if (largest <= tolerance) return { share: tolerance, words: points(tolerance) };
  return { share: largest, words: `${points(largest)}: the largest group, which goes or stays as one` };
}

/** The share of the largest group: what is cut as one cannot be met more exactly. */
function largestGroup({ granularity, selection, model }: PreparedExperiment): number {
  const sizes = granularity.arrange(selection.taken, model).map((set) => {
    const each = groupSizes(set);
    return typeof each === 'number' ? each : each.reduce((most, size) => Math.max(most, size), 0);
  });
  const largest = Math.max(...sizes);
  // Single elements are met as the tolerance says.
  return largest === 1 ? 0 : largest / selection.taken.reduce((sum, { size }) => sum + size, 0);
}

/** Of the parameters whose share the threshold decides. */
function leftOf({ selection }: PreparedExperiment, parameters: RunResult['parameters']) {
  const pruned = new Map(parameters.map(({ name, sparsity }) => [name, sparsity]));
  return selection.taken
    .filter(({ sparsity }) => sparsity === undefined)
    .map((parameter) => ({ parameter, kept: Math.round(parameter.size * (1 - (pruned.get(parameter.name) ?? 0))) }));
}

function becauseOf(spared: readonly string[]): string {
  if (spared.length === 0) return '';
  return `. The last of ${spared.join(', ')} was kept, so that no layer is emptied: "mayEmpty: true" under prune lets it go`;
}

function points(share: number): string {
  return `${+(100 * share).toFixed(2)} points`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
