import { isPlain, plainStrides, planeOf, sizeOf, storageStrides } from '../../plan/storage.ts';
import type { Builder, Value } from '../builder.ts';
import { misuse } from '../misuse.ts';
import { checkAxis, checkRank, checkSize } from './checks.ts';

/** Which numbers of a value become those of another one: from where and with which strides, axis by axis. */
interface Moves {
  readonly sizes: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly start?: number;
  readonly put?: number;
  /** What all other numbers of the target become. */
  readonly fill?: number;
}

export function copy(build: Builder, from: Value, to: Value, { sizes, from: fromStrides, to: toStrides, start, put, fill }: Moves): void {
  build.step({
    operation: 'copy',
    reads: [from],
    writes: [to],
    options: {
      sizes,
      from: fromStrides,
      to: toStrides,
      ...(start ? { start } : {}),
      ...(put ? { put } : {}),
      ...(fill === undefined ? {} : { fill }),
    },
  });
}

/** The numbers in the order that the value's shape says, a Flatten carried out. */
export function settled(build: Builder, value: Value): Value {
  const { flattened } = value;
  if (flattened === undefined) return value;
  const to = build.value(value.shape);
  copy(build, value, to, { sizes: flattened, from: storageStrides(flattened), to: plainStrides(flattened) });
  return withMask(to, value.mask);
}

export function withMask(value: Value, mask: Value['mask']): Value {
  const { mask: _, ...rest } = value;
  return mask === undefined ? rest : { ...rest, mask };
}

/** To a vector in the model's order; no number moves before it has to. */
export function flatten(value: Value): Value {
  if (value.flattened !== undefined) return value;
  const shape = [sizeOf(value.shape)];
  return isPlain(value.shape) ? { shape, buffer: value.buffer } : { shape, buffer: value.buffer, flattened: value.shape };
}

/** The same numbers in the model's order, in another shape. */
export function reshape(build: Builder, value: Value, shape: readonly number[]): Value {
  checkSize(build, 'reshape', value, shape);
  const stored = value.flattened ?? value.shape;
  const isSameStorage = stored.at(-1) === shape.at(-1) || (isPlain(stored) && isPlain(shape));
  if (isSameStorage) return { shape: [...shape], buffer: value.buffer };
  if (shape.length === 1) return flatten(value);
  const plain = settled(build, flatten(value));
  if (isPlain(shape)) return { shape: [...shape], buffer: plain.buffer };
  const to = build.value(shape);
  copy(build, plain, to, { sizes: shape, from: plainStrides(shape), to: storageStrides(shape) });
  return to;
}

/** Axis i of what comes out is axis dims[i] of what goes in. */
export function permute(build: Builder, given: Value, dims: readonly number[]): Value {
  const value = settled(build, given);
  const { shape } = value;
  if ([...dims].sort((a, b) => a - b).join() !== shape.map((_, axis) => axis).join())
    misuse(build, `gives "permute" the axes ${dims.join(', ')} of [${shape.join(', ')}]: they count from 0, each of them once`);
  const strides = storageStrides(shape);
  const sizes = dims.map((dim) => shape[dim] as number);
  const to = build.value(sizes);
  copy(build, value, to, { sizes, from: dims.map((dim) => strides[dim] as number), to: storageStrides(sizes) });
  return to;
}

/** So many numbers more on both sides of each axis. */
export function pad(build: Builder, given: Value, before: readonly number[], after: readonly number[], fill = 0): Value {
  const value = settled(build, given);
  const { shape } = value;
  if (![...before, ...after].every((each) => Number.isInteger(each) && each >= 0))
    misuse(build, `gives "pad" ${before.join(', ')} before and ${after.join(', ')} behind, and it takes whole numbers from 0 on`);
  const to = build.value(shape.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0)));
  const strides = storageStrides(to.shape);
  const put = strides.reduce((sum, stride, axis) => sum + stride * (before[axis] ?? 0), 0);
  copy(build, value, to, { sizes: shape, from: storageStrides(shape), to: strides, put, fill });
  return to;
}

/** From `begin` on, of this shape. */
export function slice(build: Builder, given: Value, begin: readonly number[], shape: readonly number[]): Value {
  const value = settled(build, given);
  const isInside = value.shape.every((size, axis) => (begin[axis] ?? 0) >= 0 && (begin[axis] ?? 0) + (shape[axis] as number) <= size);
  if (shape.length !== value.shape.length || !isInside)
    misuse(build, `gives "slice" [${shape.join(', ')}] from ${begin.join(', ')} on, of [${value.shape.join(', ')}]`);
  const to = build.value(shape);
  const strides = storageStrides(value.shape);
  const start = strides.reduce((sum, stride, axis) => sum + stride * (begin[axis] ?? 0), 0);
  copy(build, value, to, { sizes: shape, from: strides, to: storageStrides(shape), start });
  return to;
}

/** The rows and columns at these places of an image, zeros for those that are not there. */
export function pick(build: Builder, image: Value, rows: readonly number[], columns: readonly number[]): Value {
  checkRank(build, 'pick', image, 3);
  const [height, width, channels] = image.shape as [number, number, number];
  const to = build.value([rows.length, columns.length, channels]);
  const [from, goal] = [storageStrides(image.shape), storageStrides(to.shape)] as [number[], number[]];
  const all = runsOf(rows, height).flatMap((down) => runsOf(columns, width).map((across) => [down, across] as const));
  const isFull = all.reduce((sum, [down, across]) => sum + down.size * across.size, 0) === rows.length * columns.length;
  all.forEach(([down, across], i) => {
    copy(build, image, to, {
      sizes: [down.size, across.size, channels],
      from,
      to: goal,
      start: down.from * (from[0] as number) + across.from * (from[1] as number),
      put: down.to * (goal[0] as number) + across.to * (goal[1] as number),
      ...(i === 0 && !isFull ? { fill: 0 } : {}),
    });
  });
  return to;
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/** Neighbours that stay neighbours, of those below `size`. */
function runsOf(places: readonly number[], size: number): Run[] {
  const runs: Run[] = [];
  places.forEach((from, to) => {
    if (!(from >= 0 && from < size)) return;
    const last = runs.at(-1);
    if (last !== undefined && from === last.from + last.size && to === last.to + last.size)
      runs[runs.length - 1] = { ...last, size: last.size + 1 };
    else runs.push({ from, to, size: 1 });
  });
  return runs;
}

/** Backwards along an axis. */
export function reverse(build: Builder, given: Value, axis: number): Value {
  const value = settled(build, given);
  checkAxis(build, 'reverse', value, axis);
  const to = build.value(value.shape);
  const strides = storageStrides(value.shape);
  const from = strides.map((stride, i) => (i === axis ? -stride : stride));
  const start = (strides[axis] as number) * ((value.shape[axis] as number) - 1);
  copy(build, value, to, { sizes: value.shape, from, to: strides, start });
  return to;
}

/** Side by side on an axis. */
export function concatenate(build: Builder, given: readonly Value[], axis: number): Value {
  const values = given.map((value) => settled(build, value));
  const [first] = values;
  if (first === undefined) return misuse(build, 'gives "concatenate" nothing');
  checkAxis(build, 'concatenate', first, axis);
  const others = ({ shape }: Value) => shape.map((size, i) => (i === axis ? 0 : size)).join();
  const other = values.find((value) => others(value) !== others(first));
  if (other !== undefined)
    misuse(build, `gives "concatenate" [${first.shape.join(', ')}] and [${other.shape.join(', ')}], to join on axis ${axis}`);
  const joined = values.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
  const to = build.value(first.shape.map((size, i) => (i === axis ? joined : size)));
  const strides = storageStrides(to.shape);
  let put = 0;
  for (const value of values) {
    copy(build, value, to, { sizes: value.shape, from: storageStrides(value.shape), to: strides, put });
    put += (strides[axis] as number) * (value.shape[axis] as number);
  }
  return to;
}

/** Each place of two axes several times over. */
export function enlarge(build: Builder, value: Value, [rows, columns]: readonly [number, number]): Value {
  const [height, width, channels] = value.shape as [number, number, number];
  const to = build.value([height * rows, width * columns, channels]);
  const [fromRow, fromColumn, fromChannel] = storageStrides(value.shape) as [number, number, number];
  const [toRow, toColumn, toChannel] = storageStrides(to.shape) as [number, number, number];
  copy(build, value, to, {
    sizes: [channels, height, rows, width, columns],
    from: [fromChannel, fromRow, 0, fromColumn, 0],
    to: [toChannel, toRow * rows, toRow, toColumn * columns, toColumn],
  });
  return to;
}

/** A vector, n times: [n, size]. */
export function repeat(build: Builder, given: Value, n: number): Value {
  const value = settled(build, given);
  checkRank(build, 'repeat', value, 1);
  if (!Number.isInteger(n)) misuse(build, `gives "repeat" the number ${n}`);
  const [size] = value.shape as [number];
  const to = build.value([n, size]);
  const [toRow, toColumn] = storageStrides(to.shape) as [number, number];
  copy(build, value, to, { sizes: [size, n], from: [1, 0], to: [toColumn, toRow] });
  return to;
}

/** With zeros between the places of all axes but the last. */
export function spread(build: Builder, value: Value, by: readonly number[]): Value {
  if (by.every((each) => each === 1)) return value;
  const { shape } = value;
  const to = build.value(shape.map((size, axis) => (by[axis] === undefined ? size : (size - 1) * by[axis] + 1)));
  const strides = storageStrides(to.shape).map((stride, axis) => stride * (by[axis] ?? 1));
  copy(build, value, to, { sizes: shape, from: storageStrides(shape), to: strides, fill: 0 });
  return to;
}

/** So many times as large, with numbers in between as tf.image.resizeBilinear has them. */
export function resize(build: Builder, value: Value, [rows, columns]: readonly [number, number]): Value {
  const [height, width, channels] = value.shape as [number, number, number];
  const to = build.value([height * rows, width * columns, channels]);
  build.step({
    operation: 'resize',
    reads: [value],
    writes: [to],
    options: {
      size: [height, width],
      channels,
      inputPlane: planeOf(value.shape),
      places: [height * rows, width * columns],
      plane: planeOf(to.shape),
    },
  });
  return to;
}
