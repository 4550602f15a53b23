import type { Run } from '../read/run.ts';
import { WrongRequest } from '../wrong-request.ts';
import { append } from './append.ts';
import { findPath, shortNames } from './field.ts';
import { type Setting, valueText } from './group.ts';
import { type Cells, figuresOfCells, type Row, runsOf } from './row.ts';
import { type Scalar, type Settings, variedPaths } from './settings.ts';

export interface Rows {
  readonly rows: readonly Row[];
  /** The paths that vary, with the names that they are shown by. */
  readonly varied: ReadonlyMap<string, string>;
}

const STRATEGY = 'prune.strategy';
const SPARSITY = 'prune.sparsity';

/**
 * Settings as rows: a row each, or with `by` one for each value of those fields.
 *
 * @throws WrongRequest where a field of `by` is none.
 */
export function rowsOf(settings: readonly Setting[], by: readonly string[] = []): Rows {
  const measured = settings.filter(({ runs, controls, broken }) => runs.length + controls.size + broken.length > 0);
  const all = [...new Set(measured.flatMap((setting) => [...setting.settings.keys()]))];
  const varied = variedPaths(measured.map((setting) => setting.settings));
  const names = shortNames(varied);
  const axes =
    by.length === 0
      ? usualAxes(
          varied,
          measured.map((setting) => setting.settings),
        )
      : axesBy(
          by.map((name) => fieldOf(name, all)),
          varied,
        );
  const groups = new Map<string, Setting[]>();
  for (const setting of measured) {
    const key = JSON.stringify([...axes.series, ...axes.context].map((path) => setting.settings.get(path) ?? null));
    append(groups, key, setting);
  }
  const rows = [...groups.values()].map((group, id) => rowOf(group, id, axes, names));
  return { rows: by.length === 0 ? rows.sort(inOrder) : rows, varied: names };
}

function fieldOf(name: string, all: readonly string[]): string {
  if (name === 'seed')
    throw new WrongRequest('--by seed: means are taken over the seeds, so a seed has no row of its own; --csv writes a line per run');
  if (name === 'control' || name === 'prune.control')
    throw new WrongRequest(`--by ${name}: controls are no settings, strategies are held against them; --against takes the name of one`);
  return findPath(name, all);
}

/** What is compared, what it is compared at, and what pairs two runs besides the seed. */
interface Axes {
  readonly series: readonly string[];
  /** Those of the series that name it: of paths that tell the settings apart in the same way, the first. */
  readonly told: readonly string[];
  readonly context: readonly string[];
  readonly pairing: readonly string[];
}

/** How it is pruned, at each sparsity of each problem. What a strategy always goes with (units, say) need not be told with it. */
function usualAxes(varied: readonly string[], all: readonly Settings[]): Axes {
  const isOfPruning = (path: string) => path.startsWith('prune.') && path !== SPARSITY;
  const series = varied.filter((path) => isOfPruning(path) && (path === STRATEGY || variesWithinAStrategy(path, all)));
  return { series, told: firstOfEachPartition(series, all), context: varied.filter((path) => !isOfPruning(path)), pairing: [] };
}

function firstOfEachPartition(paths: readonly string[], all: readonly Settings[]): string[] {
  const seen = new Set<string>();
  return paths.filter((path) => {
    const classes = new Map<Scalar | undefined, number>();
    const partition = all.map((settings) => {
      const value = settings.get(path);
      if (!classes.has(value)) classes.set(value, classes.size);
      return classes.get(value);
    });
    const key = partition.join(' ');
    return path === STRATEGY || (!seen.has(key) && seen.add(key));
  });
}

function variesWithinAStrategy(path: string, all: readonly Settings[]): boolean {
  const first = new Map<Scalar | undefined, Scalar | undefined>();
  return all.some((settings) => {
    const strategy = settings.get(STRATEGY);
    if (!first.has(strategy)) first.set(strategy, settings.get(path));
    return first.get(strategy) !== settings.get(path);
  });
}

function axesBy(by: readonly string[], varied: readonly string[]): Axes {
  // The options of a part say nothing where another part is compared with it.
  const pairing = varied.filter((path) => !by.some((name) => path === name || path.startsWith(`${name}.`)));
  return { series: by, told: by, context: [], pairing };
}

function rowOf(group: readonly Setting[], id: number, axes: Axes, names: ReadonlyMap<string, string>): Row {
  const { settings } = group[0] as Setting;
  const cells = cellsOf(group, axes, ({ runs }) => runs);
  const controls = new Set(group.flatMap((setting) => [...setting.controls.keys()]));
  const nameOf = (path: string) => names.get(path) ?? path.split('.').at(-1) ?? path;
  const named = (path: string) => `${nameOf(path)} ${valueText(settings.get(path))}`;
  const naming = namingPaths(axes.told);
  const told = (paths: readonly string[]) => paths.map((path) => [nameOf(path), valueText(settings.get(path))] as const);
  return {
    id,
    series: seriesName(settings, naming, named),
    context: axes.context.map(named).join(', '),
    told: { series: told(naming), context: told(axes.context) },
    problem: axes.context
      .filter((path) => path !== SPARSITY)
      .map(named)
      .join(', '),
    values: new Map([...axes.series, ...axes.context].flatMap((path) => valueAt(settings, path))),
    settings,
    cells,
    controls: new Map(
      [...controls].sort().map((control) => [control, cellsOf(group, axes, (setting) => setting.controls.get(control) ?? [])]),
    ),
    seeds: [...new Set(runsOf(cells).map(({ seed }) => seed))].sort((a, b) => a - b),
    figures: figuresOfCells(cells),
    broken: group.reduce((sum, { broken }) => sum + broken.length, 0),
  };
}

function cellsOf(group: readonly Setting[], { pairing }: Axes, runsIn: (setting: Setting) => readonly Run[]): Cells {
  const cells = new Map<string, Run[]>();
  for (const setting of group) {
    const runs = runsIn(setting);
    if (runs.length === 0) continue;
    const key = JSON.stringify(pairing.map((path) => setting.settings.get(path) ?? null));
    cells.set(key, [...(cells.get(key) ?? []), ...runs]);
  }
  return cells;
}

/** `gradual, every 50`: the strategy goes by its name alone, an option of it by its own. */
function seriesName(settings: Settings, paths: readonly string[], named: (path: string) => string): string {
  const there = paths.filter((path) => path === STRATEGY || settings.has(path));
  return there.map((path) => (path === STRATEGY ? valueText(settings.get(path)) : named(path))).join(', ');
}

/** The strategy names a series also where all have the same, unless something other than pruning is compared. */
function namingPaths(paths: readonly string[]): string[] {
  const others = paths.filter((path) => path !== STRATEGY);
  const isOfPruning = paths.every((path) => path.startsWith('prune.')) && !isSparsityAlone(paths);
  return isOfPruning || paths.includes(STRATEGY) ? [STRATEGY, ...others] : others;
}

function isSparsityAlone(paths: readonly string[]): boolean {
  return paths.length === 1 && paths[0] === SPARSITY;
}

function valueAt(settings: Settings, path: string): [string, Scalar][] {
  const value = settings.get(path);
  return value === undefined ? [] : [[path, value]];
}

/** By problem, then sparsity, then series, so that what is compared stands together. */
function inOrder(a: Row, b: Row): number {
  const sparsity = (row: Row) => Number(row.values.get(SPARSITY) ?? 0);
  return text(a.problem, b.problem) || sparsity(a) - sparsity(b) || text(a.context, b.context) || text(a.series, b.series);
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

function text(a: string, b: string): number {
  return a === b ? 0 : COLLATOR.compare(a, b);
}
