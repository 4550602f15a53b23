import { nearest } from '@espalier/core';
import type { Problem, ReadRuns } from '../read/run.ts';
import { type Judged, judge } from '../statistics/judge.ts';
import { type PairedDifference, pairedDifference } from '../statistics/paired-difference.ts';
import { meanOf } from '../statistics/summary.ts';
import { WrongRequest } from '../wrong-request.ts';
import { append } from './append.ts';
import { COSTS, type Cost, type Quality } from './costs.ts';
import { figureOf } from './figures.ts';
import { settingsOfRuns } from './group.ts';
import { type OwnFigure, ownFiguresIn } from './own-figures.ts';
import { type Point, paretoFront } from './pareto.ts';
import { type Ranking, rankings } from './ranking.ts';
import { referenceOf, referencesIn } from './reference.ts';
import { bySeed, differencesBySeed, type Row, rounded, runsOf } from './row.ts';
import { rowsOf } from './rows.ts';

/** A row with what may be said of it. */
export interface ComparedRow extends Row {
  /** Its quality less that of the dense model of the same seed. */
  readonly versusDense?: Judged;
  /** Its quality less that of the reference with the same seed. */
  readonly versusReference?: Judged;
  /** The quality of that reference by seed; null where there is none, and for the dense model, which is a run's own. */
  readonly against: readonly (readonly [seed: number, quality: number])[] | null;
  /** Its quality less that of each of its controls. */
  readonly versusControls: ReadonlyMap<string, Judged>;
}

export interface Comparison {
  readonly quality: Quality;
  readonly rows: readonly ComparedRow[];
  /** The varied settings by path, with the names that they are shown by. */
  readonly varied: ReadonlyMap<string, string>;
  /** What strategies are held against: `dense`, a control, or a series. */
  readonly reference: string;
  readonly references: readonly string[];
  /** How many differences to the reference were tested: their intervals are widened for it. */
  readonly comparisons: number;
  readonly rankings: readonly Ranking[];
  /** Ids of the rows that no other one beats in quality at that cost. */
  readonly fronts: Readonly<Record<Cost, readonly number[]>>;
  readonly counts: {
    readonly measured: number;
    /** Measured, and what their config expects did not hold. */
    readonly unexpected: number;
    readonly broken: number;
    readonly unfinished: number;
    readonly notBegun: number;
  };
  readonly problems: readonly Problem[];
  /** What metrics and evaluators of the configs gave, by the names that rows know it by. */
  readonly ownFigures: ReadonlyMap<string, OwnFigure>;
}

export interface CompareOptions {
  /** One row for each value of these fields, means over the rest. */
  readonly by?: readonly string[];
  /** What to hold each row against; by default `random` where there is such a control or scorer, else `dense`. */
  readonly against?: string;
}

/**
 * Compares runs over their seeds.
 *
 * @throws WrongRequest where `by` or `against` names what is not there.
 */
export function compare({ runs, unfinished, notBegun, problems }: ReadRuns, { by, against }: CompareOptions = {}): Comparison {
  const settings = settingsOfRuns(runs);
  const { rows, varied } = rowsOf(settings, by);
  const quality: Quality = runs.every(({ pruned }) => pruned === null || pruned.accuracy !== null || pruned.loss === null)
    ? 'accuracy'
    : 'loss';
  const references = referencesIn(rows);
  const reference = against ?? (references.includes('random') ? 'random' : 'dense');
  if (!references.includes(reference)) throw new WrongRequest(unknownReference(reference, references));
  const comparedRows = judged(rows, { quality, reference });
  const measured = runs.filter(({ dense, pruned }) => dense !== null && pruned !== null);
  const repeated = settings.flatMap((setting) => setting.repeated);
  return {
    quality,
    rows: comparedRows,
    comparisons: comparedRows.filter(({ versusReference }) => typeof versusReference?.p === 'number').length,
    varied,
    reference,
    references,
    ownFigures: ownFiguresIn(measured),
    rankings: rankings(rows, quality),
    fronts: frontsOf(rows, quality),
    counts: {
      measured: measured.length,
      unexpected: measured.filter(({ status }) => status === 'failed').length,
      broken: runs.length - measured.length,
      unfinished: unfinished.length,
      notBegun,
    },
    problems: [
      ...problems,
      ...repeated.map(({ folder, seed }) => ({
        file: folder,
        what: `repeats a setting with seed ${seed}, and is left out: it would count as another seed`,
      })),
    ],
  };
}

function unknownReference(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  // Names may have commas of their own.
  return `nothing to compare with is named ${JSON.stringify(name)}.${meant} There are:\n${known.map((one) => `  ${one}`).join('\n')}`;
}

function judged(rows: readonly Row[], { quality, reference }: { readonly quality: Quality; readonly reference: string }): ComparedRow[] {
  const options = { higherIsBetter: quality === 'accuracy' };
  const dense = rows.map((row) => pairedDifference(versusDense(row, quality)));
  const places = new Map<string, Row[]>();
  for (const row of rows) append(places, row.context, row);
  const against = rows.map((row) => (reference === 'dense' ? undefined : referenceOf(row, reference, places.get(row.context) ?? [])));
  const others = rows.map((row, i) => {
    const other = against[i];
    return other === undefined ? undefined : pairedDifference(differencesBySeed(row.cells, other, quality));
  });
  const controls = rows.flatMap((row) =>
    [...row.controls].map(([name, cells]) => ({ row, name, difference: pairedDifference(differencesBySeed(row.cells, cells, quality)) })),
  );
  // Each table of differences is one family: a reader looks for "better" in all of it.
  const [judgedDense, judgedOthers, judgedControls] = [dense, others, controls.map(({ difference }) => difference)].map((family) =>
    judgeKnown(family, options),
  ) as [(Judged | undefined)[], (Judged | undefined)[], (Judged | undefined)[]];
  const controlsOf = new Map<Row, Map<string, Judged>>();
  controls.forEach(({ row, name }, i) => {
    const one = judgedControls[i];
    if (one !== undefined) controlsOf.set(row, (controlsOf.get(row) ?? new Map<string, Judged>()).set(name, one));
  });
  return rows.map((row, i) => {
    const versusDense = judgedDense[i];
    const versusReference = reference === 'dense' ? versusDense : judgedOthers[i];
    const versusControls = controlsOf.get(row) ?? new Map<string, Judged>();
    const other = against[i];
    return { ...row, versusDense, versusReference, versusControls, against: other === undefined ? null : [...bySeed(other, quality)] };
  });
}

function judgeKnown(
  family: readonly (PairedDifference | undefined)[],
  options: { readonly higherIsBetter: boolean },
): (Judged | undefined)[] {
  const known = judge(
    family.filter((one) => one !== undefined),
    options,
  );
  let next = 0;
  return family.map((one) => (one === undefined ? undefined : known[next++]));
}

/** Of each seed, pruned less dense. */
function versusDense({ cells }: Row, quality: Quality): number[] {
  const differences = new Map<number, number[]>();
  for (const run of runsOf(cells)) {
    const [pruned, dense] = [figureOf(run, quality), figureOf(run, quality === 'accuracy' ? 'denseAccuracy' : 'denseLoss')];
    if (pruned !== undefined && dense !== undefined) append(differences, run.seed, rounded(pruned - dense));
  }
  return [...differences.values()].map(meanOf);
}

function frontsOf(rows: readonly Row[], quality: Quality): Record<Cost, number[]> {
  const problems = new Map<string, Row[]>();
  for (const row of rows) append(problems, row.problem, row);
  const front = (cost: Cost) =>
    [...problems.values()].flatMap((there) => paretoFront(there.flatMap((row) => pointOf(row, cost, quality))).map(({ id }) => id));
  return Object.fromEntries(COSTS.map((cost) => [cost, front(cost)])) as Record<Cost, number[]>;
}

function pointOf({ id, figures }: Row, cost: Cost, quality: Quality): (Point & { readonly id: number })[] {
  const [x, y] = [figures[cost]?.mean, figures[quality]?.mean];
  return x === undefined || y === undefined ? [] : [{ id, cost: x, worth: quality === 'accuracy' ? y : -y }];
}
