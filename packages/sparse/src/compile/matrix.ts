import { CONV_BLOCK, DENSE_BLOCK, pack, type RowsOptions, sparseRows, type Weights } from '../kernels/pack.ts';
import type { Section } from '../plan/plan.ts';
import type { Filters } from './filters.ts';

/** Taps are input channels, rows and columns: counted channel by channel, in each row by row. */
export function tapsOf({ inputs, window: [rows, columns] }: Filters): number {
  return inputs * rows * columns;
}

/** How many weights are not zero: by their bits, which takes half the time. */
export function countNonzeros({ values }: Filters): number {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let count = 0;
  // But for the sign: -0 is zero.
  for (let i = 0; i < bits.length; i++) count += Number(((bits[i] as number) & 0x7fffffff) !== 0);
  return count;
}

/** The `count` that are not zero, as the sparse kernels read them. */
export function sparseSections(filters: Filters, count: number, options: RowsOptions = {}): Section[] {
  const { starts, indices, values } = sparseRows(weightsOf(filters), count, options);
  return [starts, indices, values];
}

/** All of them, as the dense convolution reads them. */
export function packedFilters(filters: Filters): Float32Array {
  return pack(weightsOf(filters), CONV_BLOCK);
}

/** All of them, as the product with one vector reads them. */
export function packedMatrix(filters: Filters): Float32Array {
  return pack(weightsOf(filters), DENSE_BLOCK);
}

function weightsOf(filters: Filters): Weights {
  const { values, inputs, outputs, start, strides } = filters;
  const [rows, columns] = filters.window;
  const places = new Uint32Array(tapsOf(filters));
  let tap = 0;
  for (let i = 0; i < inputs; i++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) places[tap++] = start + y * strides.row + x * strides.column + i * strides.input;
  return { values, places, outputs, step: strides.output };
}
