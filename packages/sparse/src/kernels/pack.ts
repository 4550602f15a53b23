import { roundUp } from './layout.ts';

/** Outputs that stand together in the weights of `conv`. */
export const CONV_BLOCK = 4;
/** Outputs that stand together in the weights of `dense`. */
export const DENSE_BLOCK = 16;

/** Weights wherever they are: that of tap t in output o is values[places[t] + o · step]. */
export interface Weights {
  readonly values: Float32Array;
  readonly places: Uint32Array;
  readonly outputs: number;
  readonly step: number;
}

/** What is to be known of weights before anything is made of them. */
export interface Scan {
  /** NaN where one is not finite. */
  readonly nonzero: number;
  readonly isFinite: boolean;
}

/** By their bits, which takes half the time: those of all that is finite are less than those of infinity, but for the sign. */
export function scan(values: Float32Array): Scan {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let [nonzero, greatest] = [0, 0];
  for (let i = 0; i < bits.length; i++) {
    const magnitude = (bits[i] as number) & 0x7fffffff;
    nonzero += Number(magnitude !== 0);
    if (magnitude > greatest) greatest = magnitude;
  }
  return greatest < 0x7f800000 ? { nonzero, isFinite: true } : { nonzero: Number.NaN, isFinite: false };
}

/** All of them: so many outputs together, tap after tap; zeros where there are no more. */
export function pack({ values, places, outputs, step }: Weights, block: number): Float32Array {
  const taps = places.length;
  const packed = new Float32Array(roundUp(outputs, block) * taps);
  places.forEach((place, tap) => {
    for (let first = 0, at = place, to = tap * block; first < outputs; first += block, to += block * taps) {
      const count = Math.min(block, outputs - first);
      for (let o = 0; o < count; o++, at += step) packed[to + o] = values[at] as number;
    }
  });
  return packed;
}

/** Weights (outputs × taps, row by row) as `conv` reads them. */
export function packConv(values: Float32Array, outputs: number, taps: number): Float32Array {
  return pack(rowsOf(values, outputs, taps), CONV_BLOCK);
}

/** A kernel (inputs × outputs, as a Dense layer has it) as `dense` reads it. */
export function packDense(values: Float32Array, inputs: number, outputs: number): Float32Array {
  return pack({ values, places: Uint32Array.from({ length: inputs }, (_, input) => input * outputs), outputs, step: 1 }, DENSE_BLOCK);
}

/** Weights that are stored output by output. */
export function rowsOf(values: Float32Array, outputs: number, taps: number): Weights {
  return { values, places: Uint32Array.from({ length: taps }, (_, tap) => tap), outputs, step: taps };
}

/** The weights of a layer that are not zero: those of output o from starts[o] to starts[o + 1], their taps in rising order. */
export interface SparseRows {
  readonly starts: Uint32Array;
  readonly indices: Uint16Array | Uint32Array;
  readonly values: Float32Array;
}

/** How many taps indices of two bytes can tell apart. */
export const SHORT = 65_536;

export interface RowsOptions {
  /** Other numbers for taps, below `most`. */
  readonly tapAt?: Uint32Array;
  readonly most?: number;
  /** All outputs' of the first so many taps come before those of the next: what `sparseConvBlocks` reads. */
  readonly block?: number;
}

/** The `count` weights that are not zero. */
export function sparseRows(weights: Weights, count: number, { tapAt, most, block }: RowsOptions = {}): SparseRows {
  const { places, outputs } = weights;
  const size = block ?? places.length;
  const rows = Math.ceil(places.length / size) * outputs;
  const starts = new Uint32Array(rows + 1);
  // With room for the zeros behind the last.
  const indices = (most ?? places.length) <= SHORT ? new Uint16Array(count + 1) : new Uint32Array(count + 1);
  const values = new Float32Array(count + 1);
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / outputs) * size;
    const taps = { first, last: Math.min(first + size, places.length) };
    starts[row + 1] = keepRow(weights, row % outputs, taps, { indices, values }, starts[row] as number);
  }
  const kept = indices.subarray(0, count);
  return { starts, indices: tapAt === undefined ? kept : kept.map((tap) => tapAt[tap] as number), values: values.subarray(0, count) };
}

/** Without a branch for each weight: with half of them zero, processors would guess wrong every other time. */
function keepRow(
  { values, places, step }: Weights,
  output: number,
  { first, last }: { readonly first: number; readonly last: number },
  kept: Omit<SparseRows, 'starts'>,
  start: number,
): number {
  const from = output * step;
  let end = start;
  for (let tap = first; tap < last; tap++) {
    const value = values[from + (places[tap] as number)] as number;
    kept.indices[end] = tap;
    kept.values[end] = value;
    end += Number(value !== 0);
  }
  return end;
}

const FIRST_CACHE = 32_768;
const TAPS_IN_BLOCK = 256;

/**
 * Into blocks of how many taps `sparseRows` should part a layer: all of them, unless its input is greater than the first cache and the blocks
 * have twenty weights for each output, so that it pays to keep the sums in memory between them. (Measured: 1.1 to 1.2 times faster then.)
 */
export function tapsInBlock(taps: number, outputs: number, weights: number, inputBytes: number): number {
  const blocks = Math.round(taps / TAPS_IN_BLOCK);
  const pays = blocks > 1 && inputBytes > FIRST_CACHE && weights >= 20 * outputs * blocks;
  return pays && taps <= SHORT ? Math.ceil(taps / blocks) : taps;
}
