import jstat from 'jstat';

const { studentt } = jstat.jStat;

/** The quantile of Student’s t: what a t value stays under with this probability. */
export function studentQuantile(probability: number, degrees: number): number {
  return studentt.inv(probability, degrees);
}

/** How probable a t at least so far from zero is, on either side, where there is no difference. */
export function twoSided(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0;
  return Math.min(1, 2 * studentt.cdf(-Math.abs(t), degrees));
}
