import { storageStrides } from '../../plan/storage.ts';
import type { Builder, Value } from '../builder.ts';

/** Σ over an axis of each of two vectors or matrices: [rows of the first, columns of the second]. */
export function product(
  build: Builder,
  [x, y]: readonly [Value, Value],
  [xAxis, yAxis]: readonly [number, number],
  shape: readonly number[],
): Value {
  const to = build.value(shape);
  const first = around(x, xAxis);
  const second = around(y, yAxis);
  // What is left of both, of which either may be one alone.
  const left = [first, second].filter(({ size }) => size > 1).map(({ size }) => size);
  const strides = storageStrides(left);
  const outRow = first.size > 1 ? (strides[0] as number) : 0;
  const outColumn = second.size > 1 ? (strides.at(-1) as number) : 0;
  const isStored = shape.filter((size) => size > 1).join() === left.join();
  if (!isStored) throw new RangeError(`a product of ${left.join('×')} for [${shape.join(', ')}]`);
  build.step({
    operation: 'product',
    reads: [x, y],
    writes: [to],
    options: {
      sizes: [first.size, second.size, x.shape[xAxis] as number],
      first: [first.stride, first.depth],
      second: [second.depth, second.stride],
      out: [outRow, outColumn],
    },
  });
  return to;
}

/** The stride of the axis that is summed over, and size and stride of the other one. */
function around({ shape }: Value, axis: number): { depth: number; size: number; stride: number } {
  const strides = storageStrides(shape);
  const other = shape.length === 1 ? undefined : 1 - axis;
  return {
    depth: strides[axis] as number,
    size: other === undefined ? 1 : (shape[other] as number),
    stride: other === undefined ? 0 : (strides[other] as number),
  };
}
