import type { Histogram } from './report-data.ts';

const BINS = 48;

/** How the weights of a parameter are spread, zeros counted apart: they would hide the rest. */
export function histogramOf(parameter: string, after: Float32Array, before?: Float32Array): Histogram {
  const most = Math.max(extent(after), before === undefined ? 0 : extent(before)) || 1;
  const edges = Array.from({ length: BINS + 1 }, (_, i) => Number(((2 * i * most) / BINS - most).toPrecision(6)));
  return {
    parameter,
    edges,
    after: counts(after, most),
    ...(before === undefined ? {} : { before: counts(before, most) }),
    zeros: after.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0),
  };
}

function extent(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most;
}

function counts(values: Float32Array, most: number): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const value of values) {
    if (value === 0 || !Number.isFinite(value)) continue;
    const bin = Math.min(BINS - 1, Math.floor(((value + most) / (2 * most)) * BINS));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  return bins;
}
