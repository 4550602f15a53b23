import { shortNames } from '../compare/field.ts';
import { figureNamesOf } from '../compare/figures.ts';
import { type Row, runsOf } from '../compare/row.ts';
import type { Scalar } from '../compare/settings.ts';

/** What an expression can name of a row: the means of its figures, how many seeds it has, and its settings. */
export interface Fields {
  /** As they are told: figures, then settings by the shortest names that say which is meant. */
  readonly known: readonly string[];
  valueOf(row: Row, name: string): Scalar | undefined;
  /** Every name that may be used, whole paths included. */
  readonly names: readonly string[];
}

export function fieldsOf(rows: readonly Row[]): Fields {
  const paths = [...new Set(rows.flatMap(({ settings }) => [...settings.keys()]))];
  const pathOf = new Map<string, string>(paths.map((path) => [path, path]));
  const figureNames = figureNamesOf(rows.flatMap(({ cells }) => runsOf(cells)));
  const own = ['seeds', ...figureNames];
  // SQL does not tell names apart by their case.
  const taken = new Set([...own, ...paths].map((name) => name.toLowerCase()));
  const short: string[] = [];
  for (const [path, name] of [...shortNames(paths), ...partNames(paths)]) {
    if (!taken.has(name.toLowerCase())) {
      pathOf.set(name, path);
      short.push(name);
      taken.add(name.toLowerCase());
    } else if (name === path) short.push(name);
  }
  const figures = new Set(figureNames);
  return {
    known: [...own, ...short],
    names: unlike([...own, ...pathOf.keys()]),
    valueOf: (row, name) => {
      if (name === 'seeds') return row.seeds.length;
      if (figures.has(name)) return row.figures[name]?.mean;
      return row.settings.get(pathOf.get(name) ?? '');
    },
  };
}

/** `strategy` is that of the pruning, `scorer` that of the strategy, though others may have one too. */
function partNames(paths: readonly string[]): [string, string][] {
  const scorers = paths.filter((path) => /^prune\.strategy\.[^.]+\.scorer$/.test(path));
  const prune = ['strategy', 'threshold', 'granularity', 'optimizer', 'epochs'].map((name): [string, string] => [`prune.${name}`, name]);
  const known = prune.filter(([path]) => paths.includes(path));
  return scorers.length === 1 ? [...known, [scorers[0] as string, 'scorer']] : known;
}

/** Without those that differ in case only from one before. */
function unlike(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => !seen.has(name.toLowerCase()) && seen.add(name.toLowerCase()));
}
