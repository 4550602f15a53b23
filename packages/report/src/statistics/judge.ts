import { holm } from './holm.ts';
import { type Interval, intervalOf, type PairedDifference } from './paired-difference.ts';

export type Verdict = 'better' | 'worse' | 'not distinguishable' | 'one seed' | 'no spread';

/** A difference, and what may be said of it. */
export interface Judged extends PairedDifference {
  /** Raised for all the comparisons made with it; null where there is no test. */
  readonly adjustedP: number | null;
  /** At 95 %, widened for the comparisons made with it: it excludes zero exactly where the verdict says better or worse. */
  readonly interval: Interval | null;
  readonly verdict: Verdict;
}

const ERROR = 0.05;

/**
 * Judges differences that are looked at together: of twenty without any effect one would look like one by chance.
 *
 * @param options.higherIsBetter whether a difference above zero is good.
 * @param options.family how many comparisons there are, where only some of them are given.
 */
export function judge(
  differences: readonly PairedDifference[],
  { higherIsBetter = true, family }: { readonly higherIsBetter?: boolean; readonly family?: number } = {},
): Judged[] {
  const tested = differences.filter(({ p }) => p !== null);
  const untested = differences.length - tested.length;
  const adjusted = holm(
    tested.map(({ p }) => p as number),
    family === undefined ? tested.length : Math.max(tested.length, family - untested),
  );
  const adjustedOf = new Map(tested.map((difference, i) => [difference, adjusted[i] as number]));
  return differences.map((difference) => {
    const adjustedP = adjustedOf.get(difference);
    if (adjustedP === undefined)
      return { ...difference, adjustedP: null, interval: null, verdict: difference.untested ?? 'not distinguishable' };
    const level = difference.p === 0 ? ERROR : ERROR * ((difference.p as number) / adjustedP);
    const interval = intervalOf(difference, 1 - level) ?? null;
    if (adjustedP >= ERROR) return { ...difference, adjustedP, interval, verdict: 'not distinguishable' };
    return { ...difference, adjustedP, interval, verdict: difference.mean > 0 === higherIsBetter ? 'better' : 'worse' };
  });
}
