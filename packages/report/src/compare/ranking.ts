import { type Judged, judge } from '../statistics/judge.ts';
import { pairedDifference } from '../statistics/paired-difference.ts';
import { append } from './append.ts';
import type { Quality } from './costs.ts';
import { differencesBySeed, type Row } from './row.ts';

/** The series at one place (a sparsity, say), the best mean first. */
export interface Ranking {
  readonly context: string;
  readonly places: readonly Place[];
}

export interface Place {
  readonly row: number;
  readonly series: string;
  readonly mean: number;
  /** The first one’s quality less this one’s with the same seed; undefined for the first one, and where no seed is shared. */
  readonly behind?: Judged;
}

/**
 * Ranks by the mean quality; whether the first one is better than another is another question, answered by `behind`.
 *
 * @param lookedAt the rows that these were chosen from: intervals are widened for all pairs of them.
 */
export function rankings(rows: readonly Row[], quality: Quality, lookedAt: readonly Row[] = rows): Ranking[] {
  const known = (row: Row) => row.figures[quality] !== undefined;
  const contexts = new Map<string, Row[]>();
  for (const row of rows.filter(known)) append(contexts, row.context, row);
  return [...contexts].map(([context, there]) => {
    const among = lookedAt.filter((row) => known(row) && row.context === context).length;
    return { context, places: placesOf(there, quality, (among * (among - 1)) / 2) };
  });
}

function placesOf(rows: readonly Row[], quality: Quality, family: number): Place[] {
  const sign = quality === 'accuracy' ? -1 : 1;
  const mean = (row: Row) => row.figures[quality]?.mean ?? Number.NaN;
  const ranked = [...rows].sort((a, b) => sign * (mean(a) - mean(b)));
  const [first, ...others] = ranked as [Row, ...Row[]];
  const differences = others.map((row) => pairedDifference(differencesBySeed(first.cells, row.cells, quality)));
  const known = differences.filter((one) => one !== undefined);
  // Which one leads was seen in the data, so each pair counts as looked at.
  const behind = judge(known, { higherIsBetter: quality === 'accuracy', family });
  const judgedOf = new Map(known.map((difference, i) => [difference, behind[i]]));
  const place = (row: Row, one?: Judged): Place => ({ row: row.id, series: row.series, mean: mean(row), behind: one });
  return [
    place(first),
    ...others.map((row, i) => {
      const difference = differences[i];
      return place(row, difference === undefined ? undefined : judgedOf.get(difference));
    }),
  ];
}
