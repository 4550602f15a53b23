import { nearest } from '@espalier/core';
import type { PartialExperiment } from './check-experiment.ts';
import { EXPECTATIONS } from './experiment.ts';
import { figureNames, STATES, stateFigure } from './figure-names.ts';
import type { Mistake } from './mistakes.ts';

/** Names that a run's own figures have. */
const TAKEN = new Set([
  ...Object.keys(EXPECTATIONS),
  ...['parameters', 'trainAccuracy', 'latencyMs', 'units', 'maxDifference', 'seed', 'seeds', 'strategy', 'denseS', 'pruneS', 'trainS'],
]);

/** Each figure has a name of its own, and what is expected of one is expected of one that there is. */
export function checkFigures(experiment: PartialExperiment): Mistake[] {
  const mistakes: Mistake[] = [];
  const seen = new Set<string>();
  for (const field of ['metrics', 'evaluators'] as const) {
    for (const [index, part] of (experiment[field] ?? []).entries()) {
      if (part === undefined) continue;
      const path = [field, index];
      if (seen.has(part.name)) mistakes.push({ path, message: `"${part.name}" is named twice: its figure goes by that name` });
      const taken = STATES.map((state) => stateFigure(state, part.name)).find((name) => TAKEN.has(name));
      if (taken !== undefined) mistakes.push({ path, message: `"${taken}" is a figure of every run: register it under another name` });
      seen.add(part.name);
    }
  }
  return [...mistakes, ...checkExpected(experiment)];
}

function checkExpected(experiment: PartialExperiment): Mistake[] {
  const known = figureNames(experiment);
  return Object.entries(experiment.expect?.figures ?? {}).flatMap(([name, range]): Mistake[] => {
    const path = ['expect', 'figures', name];
    if (range === undefined) return [];
    if (!known.includes(name)) {
      const expected = known.join(', ') || 'a name from metrics or evaluators, where there is none';
      return [
        { path, on: 'key', message: `no metric or evaluator of this config gives "${name}"`, nearest: nearest(name, known), expected },
      ];
    }
    const { min, max } = range;
    if (min === undefined && max === undefined) return [{ path, message: `${name} says nothing`, expected: 'min, max, or both' }];
    if (min !== undefined && max !== undefined && min > max)
      return [{ path, message: `no ${name} is at least ${min} and at most ${max}: min is above max` }];
    return [];
  });
}
