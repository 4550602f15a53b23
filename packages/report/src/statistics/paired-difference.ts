import { studentQuantile, twoSided } from './student.ts';
import { meanOf, spreadOf } from './summary.ts';

/** Differences of what was measured with the same seeds, one less the other. */
export interface PairedDifference {
  /** Pairs, one a seed. */
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the differences; null with one pair. */
  readonly spread: number | null;
  /** Two-sided p of Student’s paired t-test; null where there is no test: one pair, or differences without any spread. */
  readonly p: number | null;
  /** Why there is none. */
  readonly untested?: 'one seed' | 'no spread';
}

/** An interval for a mean difference. */
export type Interval = readonly [low: number, high: number];

/**
 * Student’s paired t-test. Differences that are the same in every seed have no spread to test them against: a share of
 * right answers comes in steps, so this happens by chance, and nothing is claimed of it.
 *
 * @returns undefined where there is no pair.
 */
export function pairedDifference(differences: readonly number[]): PairedDifference | undefined {
  const count = differences.length;
  if (count === 0) return undefined;
  const mean = meanOf(differences);
  const spread = spreadOf(differences, mean);
  if (spread === null) return { count, mean, spread, p: null, untested: 'one seed' };
  const largest = Math.max(...differences.map(Math.abs));
  if (spread <= 1e-12 * Math.max(largest, Number.MIN_VALUE)) return { count, mean, spread: 0, p: null, untested: 'no spread' };
  return { count, mean, spread, p: twoSided(mean / (spread / Math.sqrt(count)), count - 1) };
}

/** Where the true mean difference lies with this confidence; undefined where there is no test. */
export function intervalOf({ count, mean, spread, p }: PairedDifference, confidence = 0.95): Interval | undefined {
  if (p === null || spread === null) return undefined;
  const half = (studentQuantile((1 + confidence) / 2, count - 1) * spread) / Math.sqrt(count);
  return [mean - half, mean + half];
}
