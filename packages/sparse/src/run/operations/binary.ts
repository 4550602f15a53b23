import { BINARY } from '../../kernels/activation.ts';
import { aligned, sizeOf } from '../../plan/storage.ts';
import type { Binding, Operation } from '../binding.ts';
import { extent, offsetsOf } from '../strided-copy.ts';

const FUNCTIONS: Readonly<Record<string, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  maximum: (x, y) => Math.max(x, y),
  minimum: (x, y) => Math.min(x, y),
  /** PReLU: y is the slope below zero. */
  prelu: (x, y) => (x > 0 ? x : x * y),
};

/** Two numbers to one, at every place of the output; a stride of zero repeats. The second operand may be weights. */
export const binary: Operation = (bind) => {
  const sizes = bind.sizes('sizes');
  const f = FUNCTIONS[bind.word('name')] ?? bind.refuse(`there is no ${bind.word('name')}`);
  const target = bind.write(0);
  const first = bind.read(0);
  const second = bind.reads() > 1 ? bind.read(1) : weightsOf(bind.section(0));
  const [xs, ys, outs] = (['first', 'second', 'out'] as const).map((name) => bind.list(name, sizes.length)) as [
    number[],
    number[],
    number[],
  ];
  // Each number of the output is written once: no more work than there is room.
  bind.expect(sizeOf(sizes) <= target.size, 'it makes more numbers than there is room for');
  for (const [strides, size] of [
    [xs, first.size],
    [ys, second.size],
    [outs, target.size],
  ] as const) {
    const { low, high } = extent(sizes, strides);
    bind.expect(low === 0 && high < size, 'it reads what is not there');
  }
  const fast = byKernel(bind, { sizes, xs, ys, outs }, first.at, second.at, target.at);
  if (fast !== undefined) return fast;
  const { floats } = bind;
  const [inner, dx, dy, dOut] = [sizes.at(-1) ?? 1, xs.at(-1) ?? 0, ys.at(-1) ?? 0, outs.at(-1) ?? 0];
  // Where each row along the last axis starts.
  const [x0, y0, out0] = [xs, ys, outs].map((strides) => Int32Array.from(offsetsOf(sizes.slice(0, -1), strides))) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  return () => {
    for (let row = 0; row < x0.length; row++) {
      let [x, y, out] = [first.at + (x0[row] as number), second.at + (y0[row] as number), target.at + (out0[row] as number)];
      for (let i = 0; i < inner; i++, x += dx, y += dy, out += dOut) floats[out] = f(floats[x] as number, floats[y] as number);
    }
  };
};

interface Strides {
  readonly sizes: readonly number[];
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly outs: readonly number[];
}

/** Rows of neighbours, the second operand's as well or one number for each row, are what kernels are made for. */
function byKernel(bind: Binding, { sizes, xs, ys, outs }: Strides, x: number, y: number, out: number): (() => void) | undefined {
  const name = bind.word('name');
  if (!Object.hasOwn(BINARY, name)) return undefined;
  const operation = BINARY[name as keyof typeof BINARY];
  const isFlat = sizes.length === 1;
  const [rows, inner] = isFlat ? [1, sizes] : [sizes[0] as number, sizes.slice(1)];
  const row = (strides: readonly number[]) => (isFlat ? 0 : (strides[0] as number));
  const rest = (strides: readonly number[]) => (isFlat ? strides : strides.slice(1));
  const count = sizeOf(inner);
  const isRow = (strides: readonly number[]) => isContiguous(inner, rest(strides));
  // What a kernel writes past a row has to be nobody's.
  if (!isRow(xs) || !isRow(outs) || (rows > 1 && row(outs) < aligned(count))) return undefined;
  const { kernels } = bind;
  const [to, toRow, from, fromRow, other] = [out * 4, row(outs) * 4, x * 4, row(xs) * 4, y * 4];
  if (isRow(ys)) return () => kernels.binary(operation, to, toRow, from, fromRow, other, row(ys) * 4, rows, count);
  const isOnePerRow = !isFlat && row(ys) === 1 && rest(ys).every((stride) => stride === 0);
  return isOnePerRow ? () => kernels.binaryByRow(operation, to, toRow, from, fromRow, other, rows, count) : undefined;
}

function isContiguous(sizes: readonly number[], strides: readonly number[]): boolean {
  let next = 1;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    if (sizes[axis] !== 1 && strides[axis] !== next) return false;
    next *= sizes[axis] as number;
  }
  return true;
}

function weightsOf({ pointer, values }: { readonly pointer: number; readonly values: ArrayLike<number> }): { at: number; size: number } {
  return { at: pointer / 4, size: values.length };
}
