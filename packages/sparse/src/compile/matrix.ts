import { CONV_BLOCK, DENSE_BLOCK } from '../kernels/pack.ts';
import type { Section } from '../plan/plan.ts';
import type { Filters } from './filters.ts';

/** How many taps (input channel, row, column) indices of two bytes can tell apart. */
const SHORT = 65_536;

/** The weights of a layer that are not zero: where each output's begin, which tap each one is of, and what it is. */
export interface SparseWeights {
  readonly starts: Uint32Array;
  readonly indices: Uint16Array | Uint32Array;
  readonly values: Float32Array;
}

export function tapsOf({ inputs, window: [rows, columns] }: Filters): number {
  return inputs * rows * columns;
}

/** Where each output's weights that are not zero begin, one after the other; behind the last, how many there are. */
export function rowStarts(filters: Filters): Uint32Array {
  const { values, outputs } = filters;
  const starts = new Uint32Array(outputs + 1);
  eachTap(filters, (place, step) => countTap(values, place, step, starts));
  for (let o = 1; o <= outputs; o++) starts[o] = (starts[o] as number) + (starts[o - 1] as number);
  return starts;
}

/** Taps are counted channel by channel, in each row by row; `tapAt` gives them other numbers, below `taps`. */
export function sparseWeights(filters: Filters, starts = rowStarts(filters), taps = tapsOf(filters), tapAt?: Uint32Array): SparseWeights {
  const { values, outputs } = filters;
  const nonzero = starts[outputs] as number;
  const indices = taps <= SHORT ? new Uint16Array(nonzero) : new Uint32Array(nonzero);
  const kept = new Float32Array(nonzero);
  const next = starts.slice();
  eachTap(filters, (place, step, tap) => keepTap(values, place, step, tapAt?.[tap] ?? tap, next, indices, kept));
  return { starts, indices, values: kept };
}

/** The loops over all weights: functions of their own, so that they are compiled for what they are given. */
function countTap(values: Float32Array, place: number, step: number, starts: Uint32Array): void {
  for (let o = 1, at = place; o < starts.length; o++, at += step) if (values[at] !== 0) starts[o] = (starts[o] as number) + 1;
}

function keepTap(
  values: Float32Array,
  place: number,
  step: number,
  index: number,
  next: Uint32Array,
  indices: Uint16Array | Uint32Array,
  kept: Float32Array,
): void {
  const outputs = next.length - 1;
  for (let o = 0, at = place; o < outputs; o++, at += step) {
    const value = values[at] as number;
    if (value === 0) continue;
    const to = next[o] as number;
    next[o] = to + 1;
    indices[to] = index;
    kept[to] = value;
  }
}

export function sparseSections({ starts, indices, values }: SparseWeights): Section[] {
  return [starts, indices, values];
}

/** All of them, as `packConv` sets them out for the dense convolution. */
export function packedFilters(filters: Filters): Float32Array {
  return packed(filters, CONV_BLOCK);
}

/** All of them, as `packDense` sets them out for the product with one vector. */
export function packedMatrix(filters: Filters): Float32Array {
  return packed(filters, DENSE_BLOCK);
}

/** So many outputs together, tap after tap; zeros where there are no more. */
function packed(filters: Filters, block: number): Float32Array {
  const [taps, { outputs, values }] = [tapsOf(filters), filters];
  const result = new Float32Array(Math.ceil(outputs / block) * block * taps);
  eachTap(filters, (place, step, tap) => {
    for (let first = 0, at = place, to = tap * block; first < outputs; first += block, to += block * taps) {
      const count = Math.min(block, outputs - first);
      for (let o = 0; o < count; o++, at += step) result[to + o] = values[at] as number;
    }
  });
  return result;
}

/** Where each tap's weights begin, and how far apart they are. */
function eachTap(
  { inputs, window: [rows, columns], start, strides }: Filters,
  use: (place: number, step: number, tap: number) => void,
): void {
  let tap = 0;
  for (let i = 0; i < inputs; i++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) use(start + y * strides.row + x * strides.column + i * strides.input, strides.output, tap++);
}
