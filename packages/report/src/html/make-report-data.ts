import path from 'node:path';
import type { ReportSection } from '@espalier/core';
import type { ComparedRow, Comparison } from '../compare/compare.ts';
import type { Figure } from '../compare/figures.ts';
import { figureOf } from '../compare/figures.ts';
import { runsOf } from '../compare/row.ts';
import type { Scalar, Settings } from '../compare/settings.ts';
import type { Run } from '../read/run.ts';
import { meanOf } from '../statistics/summary.ts';
import { curvesOf } from './curves.ts';
import { histogramOf } from './histogram.ts';
import { maskImage } from './mask-image.ts';
import { removedUnits } from './removed-units.ts';
import type { ReportData, ReportRow, ReportRun, RunDetails } from './report-data.ts';
import { sectionsOf } from './sections.ts';
import { type Weights, weightsIn } from './weights.ts';

export interface ReportOptions {
  readonly title: string;
  /** ISO; the present moment where it is not given. */
  readonly at?: string;
  /** Where the page will lie: folders are told from there. */
  readonly from?: string;
  /** The dense weights that a run started from, where whoever calls can find them. */
  readonly denseWeights?: (run: Run) => Promise<Weights | undefined>;
  /** What plugins show besides. */
  readonly sections?: readonly ReportSection[];
}

const FIGURES: readonly Figure[] = [
  ...(['accuracy', 'loss', 'sparsity', 'bytes', 'macs', 'nonzero', 'latencyMs'] as const),
  ...(['denseAccuracy', 'denseLoss', 'denseBytes', 'denseMacs', 'denseNonzero', 'denseLatencyMs'] as const),
  ...(['shrunkAccuracy', 'shrunkLoss', 'shrunkBytes', 'shrunkMacs', 'shrunkNonzero', 'shrunkLatencyMs'] as const),
  ...(['savedModelLatencyMs', 'sparseLatencyMs', 'sparseBytes'] as const),
];

/** Of so many rows curves, weights and masks are embedded. */
const MOST_DETAILS = 24;
/** Of so many rows the sparsity of each parameter is. */
const MOST_LAYERS = 120;
const MOST_PROBLEMS = 100;

/** What a page tells of a comparison; reads logs and weights of a few of its runs. */
export async function makeReportData(comparison: Comparison, options: ReportOptions): Promise<ReportData> {
  const { quality, reference, counts, rows, fronts, problems, ownFigures } = comparison;
  const measured = rows.filter(({ cells }) => cells.size > 0);
  const figures = [...FIGURES, ...ownFigures.keys()].filter((figure) => measured.some((row) => row.figures[figure] !== undefined));
  const parameters = [
    ...new Set(measured.slice(0, MOST_LAYERS).flatMap((row) => runsOf(row.cells).flatMap((run) => run.parameters.map(({ name }) => name)))),
  ];
  const first = measured[0]?.settings ?? new Map<string, Scalar>();
  const from = path.resolve(options.from ?? '.');
  const told = (run: Run): ReportRun => [
    run.seed,
    path.relative(from, run.folder) || '.',
    ...figures.map((figure) => rounded(figureOf(run, figure))),
  ];
  const chosen = worthDetails(measured, fronts.bytes);
  const details = [];
  for (const row of chosen) details.push(await detailsOf(row, options, from));
  return {
    title: options.title,
    at: options.at ?? new Date().toISOString(),
    quality,
    reference,
    counts,
    figures,
    ownFigures: Object.fromEntries(ownFigures),
    sections: await sectionsOf(comparison, options.sections ?? [], sparsityOf),
    rows: measured.map(
      (row, i): ReportRow => ({
        id: row.id,
        series: row.series,
        strategy: String(row.settings.get('prune.strategy') ?? row.series),
        context: row.context,
        problem: row.problem,
        sparsity: sparsityOf(row),
        differs: differences(first, row.settings),
        runs: runsOf(row.cells).map(told),
        controls: Object.fromEntries([...row.controls].map(([name, cells]) => [name, runsOf(cells).map(told)])),
        ...(reference === 'dense' ? {} : { against: row.against }),
        ...(i < MOST_LAYERS ? { layers: layersOf(row, parameters) } : {}),
        broken: row.broken,
      }),
    ),
    fronts,
    settings: Object.fromEntries(first),
    parameters,
    details,
    problems: problems.slice(0, MOST_PROBLEMS),
    limits: [
      measured.length > MOST_LAYERS ? `Sparsity by parameter is shown of the first ${MOST_LAYERS} of ${measured.length} settings.` : '',
      measured.length > MOST_DETAILS
        ? `Curves, histograms and masks are embedded of ${MOST_DETAILS} of ${measured.length} settings, those of the front first, one run each.`
        : '',
      problems.length > MOST_PROBLEMS ? `${problems.length - MOST_PROBLEMS} more files were left out.` : '',
    ].filter(Boolean),
  };
}

function sparsityOf({ settings, figures }: ComparedRow): number | null {
  const asked = settings.get('prune.sparsity');
  return typeof asked === 'number' ? asked : (figures.sparsity?.mean ?? null);
}

function differences(first: Settings, own: Settings): ReportRow['differs'] {
  const differs: Record<string, Scalar | { absent: true }> = {};
  for (const [name, value] of own) if (first.get(name) !== value) differs[name] = value;
  for (const name of first.keys()) if (!own.has(name)) differs[name] = { absent: true };
  return differs;
}

function layersOf({ cells }: ComparedRow, parameters: readonly string[]): (number | null)[] {
  const runs = runsOf(cells);
  return parameters.map((name) => {
    const known = runs.flatMap((run) => run.parameters.filter((each) => each.name === name).map(({ sparsity }) => sparsity));
    return known.length === 0 ? null : rounded(meanOf(known));
  });
}

/** Those of the front first. */
function worthDetails(rows: readonly ComparedRow[], front: readonly number[]): ComparedRow[] {
  const onFront = new Set(front);
  return [...rows.filter(({ id }) => onFront.has(id)), ...rows.filter(({ id }) => !onFront.has(id))].slice(0, MOST_DETAILS);
}

async function detailsOf(row: ComparedRow, { denseWeights }: ReportOptions, from: string): Promise<RunDetails> {
  const [run] = runsOf(row.cells) as [Run];
  const { folder, seed } = run;
  const told = { row: row.id, seed, folder: path.relative(from, folder) || '.', removed: removedUnits(folder) };
  const curves = curvesOf(folder);
  const weights = weightsIn(path.join(folder, 'model'));
  if (weights === undefined) return { ...told, curves };
  const names = run.parameters.map(({ name }) => name).filter((name) => weights.has(name));
  const dense = await denseWeights?.(run);
  const histograms = names.map((name) => {
    const after = weights.get(name)?.values ?? new Float32Array();
    const before = dense?.get(name)?.values;
    return histogramOf(name, after, before?.length === after.length ? before : undefined);
  });
  const withoutDense =
    dense === undefined ? 'The dense model of this run is not kept any more, so its weights before the pruning are not shown.' : undefined;
  return { ...told, curves, histograms, mask: maskImage(weights, names), ...(withoutDense === undefined ? {} : { withoutDense }) };
}

/** Six digits are more than a chart shows. */
function rounded(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(7));
}
