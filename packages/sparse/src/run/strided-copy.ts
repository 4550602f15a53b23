import { sizeOf } from '../plan/storage.ts';

/** Which numbers go where: along each axis so many, so far apart. */
export interface StridedCopy {
  readonly sizes: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Copies from one array into another, both from an offset on. */
export type Copier = (source: ArrayLike<number>, from: number, target: Float32Array, to: number) => void;

/** The copy with as few axes as it can have, the innermost one writing neighbours. */
export function copier({ sizes, from, to }: StridedCopy): Copier {
  const axes = joinedAxes(sizes.map((size, i) => ({ size, from: from[i] as number, to: to[i] as number })));
  if (axes.some(({ size }) => size === 0)) return () => {};
  const inner = axes.pop() ?? { size: 1, from: 1, to: 1 };
  const next = axes.pop() ?? { size: 1, from: 0, to: 0 };
  const isRow = inner.from === 1 && inner.to === 1;
  const plane = isRow ? rows(inner.size, next) : elements(inner, next);
  if (axes.length === 0) return plane;
  return (source, fromOffset, target, toOffset) => outer(axes, 0, source, fromOffset, target, toOffset, plane);
}

function outer(
  axes: readonly Axis[],
  depth: number,
  source: ArrayLike<number>,
  from: number,
  target: Float32Array,
  to: number,
  plane: Copier,
): void {
  const axis = axes[depth] as Axis;
  for (let i = 0; i < axis.size; i++) {
    if (depth + 1 === axes.length) plane(source, from + i * axis.from, target, to + i * axis.to);
    else outer(axes, depth + 1, source, from + i * axis.from, target, to + i * axis.to, plane);
  }
}

function rows(length: number, next: Axis): Copier {
  return (source, from, target, to) => {
    for (let i = 0; i < next.size; i++) {
      const [start, end] = [from + i * next.from, to + i * next.to];
      // Calls cost more than short rows.
      if (source === target && length > 32) target.copyWithin(end, start, start + length);
      else for (let j = 0; j < length; j++) target[end + j] = source[start + j] as number;
    }
  };
}

function elements(inner: Axis, next: Axis): Copier {
  const { size, from: fromStep, to: toStep } = inner;
  return (source, from, target, to) => {
    for (let i = 0; i < next.size; i++) {
      let [at, put] = [from + i * next.from, to + i * next.to];
      for (let j = 0; j < size; j++, at += fromStep, put += toStep) target[put] = source[at] as number;
    }
  };
}

/** Without axes of one; two that go on where the other ends are one; the shortest way of writing innermost. */
function joinedAxes(all: readonly Axis[]): Axis[] {
  const sorted = all
    .filter(({ size }) => size !== 1)
    .sort((a, b) => Math.abs(b.to) - Math.abs(a.to) || Math.abs(b.from) - Math.abs(a.from));
  const joined: Axis[] = [];
  for (const axis of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && last.from === axis.from * axis.size && last.to === axis.to * axis.size)
      joined[joined.length - 1] = { size: last.size * axis.size, from: axis.from, to: axis.to };
    else joined.push(axis);
  }
  return joined;
}

/** The lowest and the highest place that is touched, from the offset. */
export function extent(sizes: readonly number[], strides: readonly number[]): { low: number; high: number } {
  let [low, high] = [0, 0];
  sizes.forEach((size, i) => {
    const reach = (size - 1) * (strides[i] as number);
    if (reach < 0) low += reach;
    else high += reach;
  });
  return { low, high };
}

/** How far from the first each place of a box of these sizes is, the last axis fastest. */
export function offsetsOf(sizes: readonly number[], strides: readonly number[]): Float64Array {
  const all = new Float64Array(sizeOf(sizes));
  let repeat = all.length;
  sizes.forEach((size, axis) => {
    repeat /= size;
    for (let i = 0; i < all.length; i++) all[i] = (all[i] as number) + (Math.floor(i / repeat) % size) * (strides[axis] as number);
  });
  return all;
}
