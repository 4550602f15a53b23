import { sizeOf } from '../../plan/storage.ts';
import type { Builder, Value } from '../builder.ts';
import { placesOf } from '../filters.ts';
import { misuse } from '../misuse.ts';
import type { Sums } from './linear.ts';

export function checkRank(build: Builder, operation: string, { shape }: Value, rank: number): void {
  if (shape.length !== rank)
    misuse(build, `gives "${operation}" a value of [${shape.join(', ')}], and it takes one of ${rank} ${rank === 1 ? 'axis' : 'axes'}`);
}

export function checkAxis(build: Builder, operation: string, { shape }: Value, axis: number): void {
  if (Number.isInteger(axis) && axis >= 0 && axis < shape.length) return;
  misuse(build, `gives "${operation}" the axis ${axis} of [${shape.join(', ')}]: they count from 0, without the batch`);
}

/** Whether filters are in their array, are for what is given, and have a bias for each output. */
export function checkSums(build: Builder, operation: string, { filters, bias }: Sums, channels: number, window: readonly number[]): void {
  const { values, inputs, outputs } = filters;
  const { first, last } = placesOf(filters);
  const is = (why: string) => misuse(build, `gives "${operation}" ${why}`);
  if (!(values instanceof Float32Array)) is('filters that are no Float32Array');
  if (!(first >= 0 && last < values.length)) is(`filters from ${first} to ${last} in an array of ${values.length} numbers`);
  if (inputs !== channels) is(`filters for ${inputs} channels where there are ${channels}`);
  if (filters.window.join() !== window.join())
    is(`filters with a window of ${filters.window.join('×')} where that of the geometry is ${window.join('×')}`);
  if (bias !== undefined) checkNumbers(build, operation, 'bias', bias, outputs);
}

/** Whether there are so many numbers, all of them finite. */
export function checkNumbers(build: Builder, operation: string, what: string, values: ArrayLike<number>, count: number): void {
  if (values.length !== count) misuse(build, `gives "${operation}" ${values.length} numbers as its ${what}, and it takes ${count}`);
  if (values instanceof Float32Array && build.packer.scan(values).isFinite) return;
  for (let i = 0; i < count; i++) if (!Number.isFinite(values[i])) misuse(build, `gives "${operation}" a ${what} with ${values[i]} in it`);
}

export function checkSize(build: Builder, operation: string, { shape }: Value, wanted: readonly number[]): void {
  if (sizeOf(shape) === sizeOf(wanted)) return;
  misuse(build, `gives "${operation}" [${shape.join(', ')}] and [${wanted.join(', ')}], which are not as many numbers`);
}
