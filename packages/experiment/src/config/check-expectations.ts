import type { PartialExperiment } from './check-experiment.ts';
import type { Expectation } from './experiment.ts';
import type { Mistake } from './mistakes.ts';

/** What no result can lie outside of. */
const LIMITS: Readonly<Record<Expectation, readonly [number, number]>> = {
  accuracy: [0, 1],
  accuracyDrop: [-1, 1],
  loss: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  sparsity: [0, 1],
  nonzero: [0, Number.POSITIVE_INFINITY],
  bytes: [0, Number.POSITIVE_INFINITY],
  macs: [0, Number.POSITIVE_INFINITY],
  denseAccuracy: [0, 1],
  shrunkAccuracy: [0, 1],
  shrunkAccuracyDrop: [-1, 1],
  shrunkLoss: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  shrunkParameters: [0, Number.POSITIVE_INFINITY],
  shrunkBytes: [0, Number.POSITIVE_INFINITY],
  shrunkMacs: [0, Number.POSITIVE_INFINITY],
  shrunkLatencyMs: [0, Number.POSITIVE_INFINITY],
  shrunkSpeedup: [0, Number.POSITIVE_INFINITY],
  savedModelSpeedup: [0, Number.POSITIVE_INFINITY],
  sparseLatencyMs: [0, Number.POSITIVE_INFINITY],
  sparseSpeedup: [0, Number.POSITIVE_INFINITY],
  sparseBytes: [0, Number.POSITIVE_INFINITY],
};

/** Of the model on sparse kernels. */
const SPARSE: readonly string[] = ['sparseLatencyMs', 'sparseSpeedup', 'sparseBytes'] satisfies Expectation[];

/** What is expected can be: a check that no result passes, or that every result passes, checks nothing. */
export function checkExpectations({ expect, prune, shrink, sparse }: PartialExperiment): Mistake[] {
  const mistakes: Mistake[] = [];
  // Figures have names of their own: see `checkFigures`.
  const { figures: _figures, ...own } = expect ?? {};
  for (const [name, range] of Object.entries(own)) {
    if (range === undefined) continue;
    const path = ['expect', name];
    const missing = missingFor(name, shrink, sparse);
    if (missing !== undefined) mistakes.push({ path, message: `there is no ${name}: ${missing}` });
    const { min, max } = range;
    const [lowest, highest] = LIMITS[name as Expectation];
    if (min === undefined && max === undefined) mistakes.push({ path, message: `${name} says nothing`, expected: 'min, max, or both' });
    else if (min !== undefined && max !== undefined && min > max)
      mistakes.push({ path, message: `no ${name} is at least ${min} and at most ${max}: min is above max` });
    else if (min !== undefined && min > highest) mistakes.push({ path: [...path, 'min'], message: `no ${name} is ever above ${highest}` });
    else if (max !== undefined && max < lowest) mistakes.push({ path: [...path, 'max'], message: `no ${name} is ever under ${lowest}` });
  }
  return [...mistakes, ...checkReach(expect?.sparsity, prune)];
}

/** Why a figure is never there. */
function missingFor(name: string, shrink: PartialExperiment['shrink'], sparse: PartialExperiment['sparse']): string | undefined {
  if (SPARSE.includes(name)) return sparse === undefined || sparse === false ? 'the config does not ask for sparse kernels' : undefined;
  // What is wrong with `shrink` itself is told elsewhere.
  if (shrink === undefined || !/^(shrunk|savedModel)/.test(name)) return undefined;
  if (shrink === false) return 'the config does not shrink';
  const isGraph = typeof shrink === 'object' && shrink.savedModel === true;
  return name.startsWith('savedModel') && !isGraph ? 'shrink.savedModel is not set' : undefined;
}

/** A sparsity that is expected lies within what is asked for. */
function checkReach(range: { readonly min?: number; readonly max?: number } | undefined, prune: PartialExperiment['prune']): Mistake[] {
  if (range === undefined || prune?.sparsity === undefined) return [];
  const asked = [prune.sparsity, ...(prune.parameters ?? []).flatMap((rule) => rule?.sparsity ?? [])];
  const most = Math.max(...asked);
  const least = Math.min(...asked);
  const { min, max } = range;
  if (min !== undefined && min <= 1 && min > most) {
    return [{ path: ['expect', 'sparsity', 'min'], message: `a sparsity of ${min} cannot be reached: prune.sparsity asks for ${most}` }];
  }
  if (max !== undefined && max >= 0 && max < least) {
    return [
      { path: ['expect', 'sparsity', 'max'], message: `a sparsity of at most ${max} cannot be kept: prune.sparsity asks for ${least}` },
    ];
  }
  return [];
}
