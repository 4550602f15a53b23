import type { PreparedExperiment } from './prepare.ts';
import type { RunResult } from './result.ts';
import { askedSparsity, fallsShort, toleranceOf } from './target.ts';

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
  if (sparsity - asked <= tolerance.share && !fallsShort(prepared, sparsity)) return [];
  const missed = `sparsity: ${percent(sparsity)} was reached where ${percent(asked)} was asked for (tolerance ${tolerance.words})`;
  return [`${missed}${sparsity < asked ? becauseOf(spared) : ''}`];
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

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
