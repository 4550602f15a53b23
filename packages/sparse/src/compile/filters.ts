import { extent } from '../run/strided-copy.ts';

/** The weights of sums of products, wherever a layer has them: which number multiplies which input, in which output. */
export interface Filters {
  readonly values: Float32Array;
  readonly inputs: number;
  readonly outputs: number;
  readonly window: readonly [number, number];
  /** The place of a number: start + row · rows + column · columns + input · in + output · out. */
  readonly start: number;
  readonly strides: { readonly row: number; readonly column: number; readonly input: number; readonly output: number };
  /** How many of them are zeros that the layer does not have, put there to fill vectors. */
  readonly padding?: number;
}

/** What tells filters apart that are in one array: each with what is made of it. */
export function keyOf({ start, strides, inputs, outputs, window }: Filters): string {
  return [start, strides.row, strides.column, strides.input, strides.output, inputs, outputs, window].join();
}

/** Whether they are all numbers of the array, each of them once. */
export function isWhole(filters: Filters): boolean {
  const { sizes, strides } = axesOf(filters);
  const order = sizes.map((_, axis) => axis).filter((axis) => sizes[axis] !== 1);
  const apart = (axis: number) => Math.abs(strides[axis] as number);
  let count = 1;
  for (const axis of order.sort((a, b) => apart(a) - apart(b))) {
    if (apart(axis) !== count) return false;
    count *= sizes[axis] as number;
  }
  return count === filters.values.length && placesOf(filters).first === 0;
}

/** Where in the array the first and the last of them are. */
export function placesOf(filters: Filters): { readonly first: number; readonly last: number } {
  const { sizes, strides } = axesOf(filters);
  const { low, high } = extent(sizes, strides);
  return { first: filters.start + low, last: filters.start + high };
}

function axesOf({ window, inputs, outputs, strides: { row, column, input, output } }: Filters) {
  return { sizes: [...window, inputs, outputs], strides: [row, column, input, output] };
}

/** [inputs, outputs], or with a window before them. */
export function filtersOf(values: Float32Array, shape: readonly number[]): Filters {
  const [inputs, outputs] = shape.slice(-2) as [number, number];
  const [columns, rows] = [shape.at(-3) ?? 1, shape.at(-4) ?? 1];
  const input = outputs;
  return {
    values,
    inputs,
    outputs,
    window: [rows, columns],
    start: 0,
    strides: { row: columns * inputs * outputs, column: inputs * outputs, input, output: 1 },
  };
}

/** Of a transposed convolution, [rows, columns, outputs, inputs], as those of the convolution that it is: turned around. */
export function turnedFilters(values: Float32Array, shape: readonly number[]): Filters {
  const [rows, columns, outputs, inputs] = shape as [number, number, number, number];
  const [row, column] = [columns * outputs * inputs, outputs * inputs];
  return {
    values,
    inputs,
    outputs,
    window: [rows, columns],
    start: (rows - 1) * row + (columns - 1) * column,
    strides: { row: -row, column: -column, input: 1, output: inputs },
  };
}
