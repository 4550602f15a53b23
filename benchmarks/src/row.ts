import type { Comparison } from './benchmark.ts';

/** A row of `--json`: the shape is the contract's. */
export interface Row {
  readonly name: string;
  readonly work: string;
  readonly ours: number | null;
  readonly peer: string;
  readonly theirs: number | null;
  readonly unit: string;
  /** theirs / ours: more is better. */
  readonly ratio: number | null;
  /** The ratio to reach. */
  readonly goal: number | null;
}

/** Enough digits to compare with, no more than were measured. */
const DIGITS = 4;

export function rowOf(name: string, { work, ours, peer, theirs, unit, goal }: Comparison): Row {
  const ratio = ours === null || theirs === null ? null : theirs / ours;
  return { name, work, ours: rounded(ours), peer, theirs: rounded(theirs), unit, ratio: rounded(ratio), goal };
}

/** Null where there is no goal, or nothing to hold it against. */
export function isMet({ ratio, goal }: Row): boolean | null {
  return ratio === null || goal === null ? null : ratio >= goal;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(DIGITS));
}
