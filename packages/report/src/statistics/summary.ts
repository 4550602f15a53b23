/** Figures of one setting over its seeds. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the sample (n − 1 in the denominator); null with one value, which says nothing of it. */
  readonly spread: number | null;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Undefined where there is nothing to sum up. */
export function summary(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const count = sorted.length;
  const mean = meanOf(sorted);
  return {
    count,
    mean,
    spread: spreadOf(sorted, mean),
    median: medianOf(sorted),
    min: sorted[0] as number,
    max: sorted[count - 1] as number,
  };
}

export function meanOf(values: readonly number[]): number {
  const first = values.reduce((sum, value) => sum + value, 0) / values.length;
  // A second pass takes away what rounding has left: equal values have exactly their value as mean.
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}

export function spreadOf(values: readonly number[], mean = meanOf(values)): number | null {
  if (values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

function medianOf(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}
