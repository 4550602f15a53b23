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
