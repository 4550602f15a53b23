import type { Experiment } from '../config/experiment.ts';
import { STATES, stateFigure } from '../config/figure-names.ts';
import type { RunResult } from './result.ts';

/** What a config expects of its metrics and evaluators and does not hold, as sentences. */
export function brokenFigures({ expect }: Experiment, result: Partial<Pick<RunResult, 'dense' | 'pruned' | 'shrunk'>>): string[] {
  const measured = new Map(
    STATES.flatMap((state) =>
      Object.entries(result[state]?.figures ?? {}).map(([name, value]) => [stateFigure(state, name), value] as const),
    ),
  );
  return Object.entries(expect?.figures ?? {}).flatMap(([name, { min, max }]) => {
    const value = measured.get(name) ?? null;
    const told = (rest: string) => [`expect.figures.${name}: ${rest}`];
    if (value === null) return told('there is no such figure in this run');
    if (min !== undefined && value < min) return told(`${figure(value)} is less than ${min}`);
    return max !== undefined && value > max ? told(`${figure(value)} is more than ${max}`) : [];
  });
}

function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
