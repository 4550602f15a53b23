import { isPlain, placesOf, planeOf, sizeOf, storageOrder, storageStrides, storedSize, usedSize } from '../../plan/storage.ts';
import { type Activation, activationOf, isMixing, LINEAR } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { misuse } from '../misuse.ts';
import { checkNumbers } from './checks.ts';
import { settled } from './layout.ts';

/** What a layer's `activation` says, on its output. */
export function activate(build: Builder, value: Value, activation: unknown): Value {
  if (isMixing(activation)) return softmax(build, value, activation === 'logSoftmax');
  return apply(build, value, activationOf(activation, build.layer));
}

/** An activation of each number by itself. */
export function apply(build: Builder, value: Value, { name, alpha }: Activation): Value {
  if (name === 'linear') return value;
  const to = like(build, value);
  build.step({ operation: 'activation', reads: [value], writes: [to], options: { count: countOf(value), activation: name, alpha } });
  return to;
}

/** x · factor + shift */
export function scale(build: Builder, value: Value, factor: number, shift = 0): Value {
  const to = like(build, value);
  build.step({ operation: 'scale', reads: [value], writes: [to], options: { count: countOf(value), factor, shift } });
  return to;
}

/** 1 at each place where some channel is not `unwanted`, as a channel of its own. */
export function anyIsNot(build: Builder, value: Value, unwanted: number): Value {
  const channels = value.shape.at(-1) as number;
  const to = build.value([...value.shape.slice(0, -1), 1]);
  // It is held against numbers of float32.
  const options = { sizes: [channels, placesOf(value.shape), planeOf(value.shape)], value: Math.fround(unwanted) };
  build.step({ operation: 'anyIsNot', reads: [value], writes: [to], options });
  return to;
}

function countOf({ flattened, shape }: Value): number {
  return usedSize(flattened ?? shape);
}

/** A new value of the same shape and order. */
function like(build: Builder, value: Value): Value {
  const { buffer } = build.value(value.flattened ?? value.shape);
  return { ...value, buffer };
}

/** Over the channels of each place. */
export function softmax(build: Builder, given: Value, log = false): Value {
  const value = settled(build, given);
  const to = like(build, value);
  const sizes = [value.shape.at(-1) as number, placesOf(value.shape), planeOf(value.shape)];
  build.step({ operation: 'softmax', reads: [value], writes: [to], options: { sizes, ...(log ? { log } : {}) } });
  return to;
}

export function l2Normalise(build: Builder, value: Value, axis: number): Value {
  const to = like(build, value);
  build.step({ operation: 'l2Normalise', reads: [value], writes: [to], options: groups(value.shape, [axis]) });
  return to;
}

/** The numbers along these axes belong together; a group for each place on the others. */
export function groups(
  shape: readonly number[],
  axes: readonly number[],
): Record<'outer' | 'outerStrides' | 'inner' | 'innerStrides', number[]> {
  const strides = storageStrides(shape);
  const others = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const of = (list: readonly number[], from: readonly number[]) => list.map((axis) => from[axis] as number);
  return { outer: of(others, shape), outerStrides: of(others, strides), inner: of(axes, shape), innerStrides: of(axes, strides) };
}

const BINARY = ['add', 'subtract', 'multiply', 'maximum', 'minimum', 'prelu'] as const;

export type BinaryName = (typeof BINARY)[number];

/** Numbers that do not change, in the model's order; where a size is one, they repeat. */
export interface Constant {
  readonly shape: readonly number[];
  readonly constant: ArrayLike<number>;
}

const COMMUTATIVE = new Set<BinaryName>(['add', 'multiply', 'maximum', 'minimum']);

/** Number by number; an axis of one repeats, and so do axes that are missing in front. */
export function binary(build: Builder, name: BinaryName, first: Value, second: Value | Constant): Value {
  if (!BINARY.includes(name)) misuse(build, `gives "binary" the name "${name}", and there are ${BINARY.join(', ')}`);
  if (!Array.isArray(second?.shape))
    misuse(build, `gives "binary" ${String(second)} as its second operand, and a number is { shape: [], constant: [2] }`);
  const isConstant = 'constant' in second;
  if (isConstant) checkNumbers(build, 'binary', 'constant', second.constant, sizeOf(second.shape));
  // Kernels repeat the second operand.
  if (!isConstant && COMMUTATIVE.has(name) && sizeOf(first.shape) < sizeOf(second.shape)) return binary(build, name, second, first);
  if (!isConstant && isSameOrder(first, second)) return sameOrder(build, name, first, second);
  const [x, y] = [settled(build, first), isConstant ? second : settled(build, second)];
  const rank = Math.max(x.shape.length, y.shape.length);
  const [a, b] = [x.shape, y.shape].map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]) as [number[], number[]];
  if (a.some((size, i) => size !== b[i] && size !== 1 && b[i] !== 1))
    misuse(build, `gives "binary" [${x.shape.join(', ')}] and [${y.shape.join(', ')}], of which neither repeats`);
  const shape = a.map((size, i) => (size === 1 ? (b[i] as number) : size));
  const to = build.value(shape);
  // In the order of storage: the last axis first.
  const turned = (list: readonly number[]) => [...list.slice(-1), ...list.slice(0, -1)];
  const stridesOf = (sizes: readonly number[]) => turned(storageStrides(sizes).map((stride, i) => (sizes[i] === 1 ? 0 : stride)));
  const out = turned(storageStrides(shape));
  build.step({
    operation: 'binary',
    reads: isConstant ? [x] : [x, y as Value],
    writes: [to],
    weights: isConstant ? [build.once(second.constant, `constant ${y.shape.join()}`, () => stored(second))] : [],
    options: { name, sizes: turned(shape), first: a.join() === shape.join() ? out : stridesOf(a), second: stridesOf(b), out },
  });
  return to;
}

function isSameOrder(a: Value, b: Value): boolean {
  const order = ({ flattened }: Value) => flattened?.join();
  return a.shape.join() === b.shape.join() && order(a) === order(b);
}

function sameOrder(build: Builder, name: BinaryName, first: Value, second: Value): Value {
  const to = like(build, first);
  build.step({
    operation: 'binary',
    reads: [first, second],
    writes: [to],
    options: { name, sizes: [countOf(first)], first: [1], second: [1], out: [1] },
  });
  return to;
}

function stored({ shape, constant }: Constant): Float32Array {
  if (isPlain(shape)) return Float32Array.from(constant);
  const order = storageOrder(shape);
  const values = new Float32Array(storedSize(shape));
  order.forEach((at, i) => {
    values[at] = constant[i] as number;
  });
  return values;
}

/** x · factor + shift for each channel. */
export function affine(build: Builder, given: Value, factor: Float32Array, shift: Float32Array): Value {
  const value = settled(build, given);
  const to = build.value(value.shape);
  const channels = value.shape.at(-1) ?? 1;
  checkNumbers(build, 'affine', 'factor', factor, channels);
  checkNumbers(build, 'affine', 'shift', shift, channels);
  build.step({
    operation: 'affine',
    reads: [value],
    writes: [to],
    weights: [factor, shift],
    options: { sizes: [channels, placesOf(value.shape), planeOf(value.shape)], activation: LINEAR.name, alpha: LINEAR.alpha },
  });
  return to;
}
