import { CONV_BLOCK, DENSE_BLOCK, type RowsOptions, type Weights } from '../kernels/pack.ts';
import type { Section } from '../plan/plan.ts';
import type { Filters } from './filters.ts';
import type { Packer } from './packer.ts';

/** Taps are input channels, rows and columns: counted channel by channel, in each row by row. */
export function tapsOf({ inputs, window: [rows, columns] }: Filters): number {
  return inputs * rows * columns;
}

/** The `count` that are not zero, as the sparse kernels read them. */
export function sparseSections(packer: Packer, filters: Filters, count: number, options: RowsOptions = {}): Section[] {
  const { starts, indices, values } = packer.sparseRows(weightsOf(filters), count, options);
  return [starts, indices, values];
}

/** How many are not zero; NaN where one is not finite. */
export function countNonzeros(filters: Filters): number {
  const { values, places, outputs, step } = weightsOf(filters);
  let count = 0;
  for (const place of places) {
    for (let o = 0; o < outputs; o++) {
      const value = values[place + o * step] as number;
      // 0 for what is finite, else NaN.
      count += Number(value !== 0) + 0 * value;
    }
  }
  return count;
}

/** All of them, as the dense convolution reads them. */
export function packedFilters(packer: Packer, filters: Filters): Float32Array {
  return packer.pack(weightsOf(filters), CONV_BLOCK);
}

/** All of them, as the product with one vector reads them. */
export function packedMatrix(packer: Packer, filters: Filters): Float32Array {
  return packer.pack(weightsOf(filters), DENSE_BLOCK);
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
