import type { Quality } from '../compare/costs.ts';
import type { Figure, Figures } from '../compare/figures.ts';
import type { ReportData, ReportRow, ReportRun } from '../html/report-data.ts';
import { type Judged, judge } from '../statistics/judge.ts';
import { type Interval, intervalOf, type PairedDifference, pairedDifference } from '../statistics/paired-difference.ts';
import { type Summary, summary } from '../statistics/summary.ts';

/** What is looked at; an empty set is no filter. */
export interface Filter {
  readonly strategies: ReadonlySet<string>;
  readonly sparsities: ReadonlySet<number>;
  readonly seeds: ReadonlySet<number>;
  readonly problem?: string;
}

/** A setting as the charts draw it. */
export interface ViewRow {
  readonly id: number;
  readonly label: string;
  readonly row: ReportRow;
  readonly runs: readonly ReportRun[];
  readonly figures: Figures;
  readonly quality: Summary;
  /** Of the mean quality over seeds, at 95 %. */
  readonly interval?: Interval;
  readonly versusDense?: Judged;
  readonly versusReference?: Judged;
  readonly versusControls: readonly { readonly control: string; readonly judged: Judged; readonly quality: Summary | undefined }[];
}

export interface View {
  readonly rows: readonly ViewRow[];
  /** How many differences to the reference the intervals are widened for. */
  readonly comparisons: number;
}

/**
 * The settings that a filter leaves, with their figures over the seeds that it leaves. Verdicts are those of all
 * settings: looking at fewer of them afterwards makes none of them surer.
 */
export function viewOf(data: ReportData, filter: Filter): View {
  const { quality } = data;
  const all = data.rows.flatMap((row) => rowOf(row, data, filter));
  const options = { higherIsBetter: quality === 'accuracy' };
  const dense = judged(
    all.map(({ runs }) => versusDense(runs, data)),
    options,
  );
  const others =
    data.reference === 'dense'
      ? dense
      : judged(
          all.map(({ row, runs }) => versusOther(runs, row.against ?? [], data)),
          options,
        );
  const controls = all.flatMap(({ row, runs }, at) =>
    Object.entries(row.controls).map(([control, its]) => {
      const seen = its.filter((run) => isSeen(run, filter));
      const qualities = qualitiesOf(seen, data);
      return { at, control, quality: summary([...qualities.values()]), difference: versusOther(runs, [...qualities], data) };
    }),
  );
  const judgedControls = judged(
    controls.map(({ difference }) => difference),
    options,
  );
  const rows = all.map(
    (one, i): ViewRow => ({
      ...one,
      versusDense: dense[i],
      versusReference: others[i],
      versusControls: controls.flatMap(({ at, control, quality: own }, j) => {
        const verdict = judgedControls[j];
        return at === i && verdict !== undefined ? [{ control, judged: verdict, quality: own }] : [];
      }),
    }),
  );
  return { rows: rows.filter(({ row }) => isShown(row, filter)), comparisons: others.filter((one) => typeof one?.p === 'number').length };
}

function isShown({ strategy, sparsity, problem }: ReportRow, filter: Filter): boolean {
  const { strategies, sparsities } = filter;
  if (strategies.size > 0 && !strategies.has(strategy)) return false;
  if (sparsities.size > 0 && (sparsity === null || !sparsities.has(sparsity))) return false;
  return filter.problem === undefined || problem === filter.problem;
}

function isSeen([seed]: ReportRun, { seeds }: Filter): boolean {
  return seeds.size === 0 || seeds.has(seed);
}

function rowOf(row: ReportRow, data: ReportData, filter: Filter) {
  const runs = row.runs.filter((run) => isSeen(run, filter));
  const figures: Record<string, Summary> = {};
  data.figures.forEach((figure, i) => {
    const known = runs.map((run) => run[i + 2] as number | null).filter((value) => value !== null);
    const summed = summary(known);
    if (summed !== undefined) figures[figure] = summed;
  });
  const quality = figures[data.quality];
  if (quality === undefined) return [];
  // The mean of the qualities is a mean difference to nothing.
  const alone = pairedDifference([...qualitiesOf(runs, data).values()]);
  const interval = alone === undefined ? undefined : intervalOf(alone);
  return [{ id: row.id, label: [row.series, row.context].filter(Boolean).join(', '), row, runs, figures, quality, interval }];
}

export function figureOf(run: ReportRun, figure: string, { figures }: ReportData): number | null {
  const at = figures.indexOf(figure);
  return at < 0 ? null : ((run[at + 2] as number | null) ?? null);
}

function qualitiesOf(runs: readonly ReportRun[], data: ReportData): Map<number, number> {
  return new Map(
    runs.flatMap((run) => {
      const value = figureOf(run, data.quality, data);
      return value === null ? [] : [[run[0], value] as const];
    }),
  );
}

function versusDense(runs: readonly ReportRun[], data: ReportData): PairedDifference | undefined {
  const dense: Readonly<Record<Quality, Figure>> = { accuracy: 'denseAccuracy', loss: 'denseLoss' };
  const pairs = runs.flatMap((run) => {
    const [own, other] = [figureOf(run, data.quality, data), figureOf(run, dense[data.quality], data)];
    return own === null || other === null ? [] : [exact(own - other)];
  });
  return pairedDifference(pairs);
}

function versusOther(
  runs: readonly ReportRun[],
  other: readonly (readonly [number, number])[],
  data: ReportData,
): PairedDifference | undefined {
  const bySeed = new Map(other);
  const pairs = [...qualitiesOf(runs, data)].flatMap(([seed, own]) => {
    const its = bySeed.get(seed);
    return its === undefined ? [] : [exact(own - its)];
  });
  return pairedDifference(pairs);
}

/** What floating point adds to a difference would look like a spread. */
function exact(difference: number): number {
  return Number(difference.toFixed(9));
}

function judged(
  differences: readonly (PairedDifference | undefined)[],
  options: { readonly higherIsBetter: boolean },
): (Judged | undefined)[] {
  const known = judge(
    differences.filter((one) => one !== undefined),
    options,
  );
  let next = 0;
  return differences.map((one) => (one === undefined ? undefined : known[next++]));
}
