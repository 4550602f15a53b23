import type { Run } from '../read/run.ts';

/** What a metric or an evaluator of a config gave. */
export interface OwnFigure {
  /** `share` (0 to 1), `bytes`, or any other. */
  readonly unit?: string;
}

const known = new WeakMap<Run, ReadonlyMap<string, number>>();

/** Figures of metrics and evaluators: `energy` of the pruned model, `denseEnergy` and `shrunkEnergy` of the others. */
export function ownFiguresOf(run: Run): ReadonlyMap<string, number> {
  const own =
    known.get(run) ??
    new Map(
      (['dense', 'pruned', 'shrunk'] as const).flatMap((state) =>
        Object.entries(run[state]?.figures ?? {}).flatMap(([name, value]) =>
          value === null ? [] : [[nameIn(state, name), value] as const],
        ),
      ),
    );
  known.set(run, own);
  return own;
}

/** Those of all these runs, in the order that the configs name them: of one figure the states together. */
export function ownFiguresIn(runs: readonly Run[]): Map<string, OwnFigure> {
  const own = new Map<string, OwnFigure>();
  const given = new Set(runs.flatMap((run) => [...ownFiguresOf(run).keys()]));
  for (const { figures = {} } of runs) {
    for (const [name, { unit }] of Object.entries(figures))
      for (const state of ['dense', 'pruned', 'shrunk'] as const) {
        const full = nameIn(state, name);
        if (given.has(full) && !own.has(full)) own.set(full, unit === undefined ? {} : { unit });
      }
  }
  return own;
}

function nameIn(state: 'dense' | 'pruned' | 'shrunk', name: string): string {
  return state === 'pruned' ? name : `${state}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
