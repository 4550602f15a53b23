import type { PartialExperiment } from './check-experiment.ts';

/** What is measured of a model, on its way through a run. */
export const STATES = ['dense', 'pruned', 'shrunk'] as const;
export type ModelState = (typeof STATES)[number];

/** `energy` is that of the pruned model, `denseEnergy` and `shrunkEnergy` those of the others. */
export function stateFigure(state: ModelState, name: string): string {
  return state === 'pruned' ? name : `${state}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** The figures that the metrics and evaluators of an experiment give. */
export function figureNames({ metrics = [], evaluators = [], shrink }: PartialExperiment): string[] {
  const states = STATES.filter((state) => state !== 'shrunk' || (shrink !== undefined && shrink !== false));
  const parts = [...metrics, ...evaluators].filter((part) => part !== undefined);
  return parts.flatMap(({ name }) => states.map((state) => stateFigure(state, name)));
}
