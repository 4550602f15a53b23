import type { NumberArray } from './parse-npy.ts';

/** The values of a Fortran-ordered array, whose first index runs fastest, with the last index fastest. */
export function toRowMajor(values: NumberArray, shape: readonly number[]): NumberArray {
  const result = values.slice();
  if (values.length === 0) return result;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, length) => product * length, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      if (++(index[axis] as number) < (shape[axis] as number)) break;
      from -= (strides[axis] as number) * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}
