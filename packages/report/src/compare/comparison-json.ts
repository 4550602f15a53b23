import type { Choice } from '../query/choose-setting.ts';
import type { Comparison } from './compare.ts';
import { runsOf } from './row.ts';

/** A comparison as programs read it, numbers unrounded. */
export function comparisonJson(comparison: Comparison, choice?: Choice) {
  const { quality, reference, comparisons, varied, rows, rankings, fronts, counts, problems, ownFigures } = comparison;
  return {
    quality,
    reference,
    comparisons,
    varied: Object.fromEntries(varied),
    counts,
    ownFigures: Object.fromEntries(ownFigures),
    rows: rows.map((row) => ({
      id: row.id,
      series: row.series,
      context: row.context,
      values: Object.fromEntries(row.values),
      seeds: row.seeds,
      figures: row.figures,
      broken: row.broken,
      versusDense: row.versusDense ?? null,
      versusReference: row.versusReference ?? null,
      versusControls: Object.fromEntries(row.versusControls),
      folders: runsOf(row.cells).map(({ folder }) => folder),
    })),
    rankings,
    fronts,
    ...(choice === undefined ? {} : { choice }),
    problems,
  };
}
