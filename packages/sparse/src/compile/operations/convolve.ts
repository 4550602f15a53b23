import { planeOf, sizeOf } from '../../plan/storage.ts';
import { isMixing } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { choose } from '../choose.ts';
import type { Filters } from '../filters.ts';
import { type Geometry, type VolumeGeometry, windowPlaces } from '../geometry.ts';
import { checkRank, checkSums } from './checks.ts';
import { convolutionStep } from './convolution-step.ts';
import { cut } from './cut.ts';
import { softmax } from './elementwise.ts';
import { linear, type Sums } from './linear.ts';
import { onePlace } from './one-place.ts';

export interface Convolution extends Sums {
  readonly geometry: Geometry;
}

/** Sums over windows of an image [height, width, channels]. */
export function convolve(build: Builder, image: Value, { geometry, ...sums }: Convolution): Value {
  const { activation } = sums;
  checkRank(build, 'convolve', image, 3);
  checkSums(build, 'convolve', sums, image.shape[2] as number, geometry.window);
  const places = windowPlaces(geometry, image.shape);
  if (isPointwise(geometry)) return linear(build, image, sums);
  const made = sizeOf(places) === 1 ? atOnePlace(build, image, sums, geometry) : manyPlaces(build, image, sums, geometry, places);
  return isMixing(activation) ? softmax(build, made, activation === 'logSoftmax') : made;
}

/** A place at a time, and all of them. */
export function isPointwise({ window, strides, before, after }: Geometry | VolumeGeometry): boolean {
  return [...window, ...strides].every((each) => each === 1) && [...before, ...after].every((each) => each === 0);
}

function atOnePlace(build: Builder, image: Value, sums: Sums, geometry: Geometry): Value {
  const from = bordered(build, image, geometry);
  const [y, x] = geometry.dilation;
  return onePlace(build, from, sums, geometry.window, [y * (from.shape[1] as number), x]);
}

function manyPlaces(build: Builder, image: Value, sums: Sums, geometry: Geometry, [rows, columns]: readonly [number, number]): Value {
  const { filters } = sums;
  const { strides, dilation } = geometry;
  const to = build.value([rows, columns, filters.outputs]);
  const kernel = choose(build, filters, rows * columns);
  if (strides[0] === 1 && strides[1] === 1) {
    const from = bordered(build, image, geometry);
    const [plane, pitch] = [planeOf(from.shape), from.shape[1] as number];
    const offsets = tapOffsets(filters, (c, y, x) => c * plane + y * dilation[0] * pitch + x * dilation[1]);
    convolutionStep(build, from, to, { sums, kernel, offsets, rows, columns, inputPitch: pitch });
    return to;
  }
  const phases = phasesOf(build, image, geometry, [rows, columns]);
  const offsets = tapOffsets(filters, phases.offset);
  convolutionStep(build, phases.value, to, { sums, kernel, offsets, rows, columns, inputPitch: phases.pitch });
  return to;
}

/** The image with what stands beside it. */
function bordered(build: Builder, image: Value, { before, after }: Geometry): Value {
  if ([...before, ...after].every((zeros) => zeros === 0)) return image;
  const [height, width, channels] = image.shape as [number, number, number];
  const to = build.value([height + before[0] + after[0], width + before[1] + after[1], channels]);
  cut(build, image, to, { top: -before[0], left: -before[1], strides: [1, 1], plane: planeOf(to.shape), put: 0 });
  return to;
}

interface Phases {
  readonly value: Value;
  readonly pitch: number;
  readonly offset: (channel: number, row: number, column: number) => number;
}

/**
 * With strides, the rows and columns that a stride comes to by themselves, so far as the window reads it: on those the convolution has the
 * stride 1.
 */
function phasesOf(build: Builder, image: Value, geometry: Geometry, [rows, columns]: readonly [number, number]): Phases {
  const { window, strides, dilation, before } = geometry;
  const channels = image.shape[2] as number;
  const reach = (axis: 0 | 1) => Math.floor(((window[axis] - 1) * dilation[axis]) / strides[axis]);
  const shape = [rows + reach(0), columns + reach(1), channels];
  const plane = planeOf(shape);
  const numbers = new Map<number, number>();
  const phaseOf = (y: number, x: number) => ((y * dilation[0]) % strides[0]) * strides[1] + ((x * dilation[1]) % strides[1]);
  for (let y = 0; y < window[0]; y++)
    for (let x = 0; x < window[1]; x++) if (!numbers.has(phaseOf(y, x))) numbers.set(phaseOf(y, x), numbers.size);
  const value = build.value(shape, numbers.size * channels * plane);
  for (const [phase, number] of numbers) {
    const [y, x] = [Math.floor(phase / strides[1]), phase % strides[1]];
    cut(build, image, value, { top: y - before[0], left: x - before[1], strides, plane, put: number * channels * plane });
  }
  const offset = (c: number, y: number, x: number) =>
    ((numbers.get(phaseOf(y, x)) as number) * channels + c) * plane +
    Math.floor((y * dilation[0]) / strides[0]) * (shape[1] as number) +
    Math.floor((x * dilation[1]) / strides[1]);
  return { value, pitch: shape[1] as number, offset };
}

/** Where each tap's numbers begin. */
export function tapOffsets({ inputs, window: [rows, columns] }: Filters, offset: Phases['offset']): Uint32Array {
  const offsets = new Uint32Array(inputs * rows * columns);
  let tap = 0;
  for (let c = 0; c < inputs; c++) for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) offsets[tap++] = offset(c, y, x);
  return offsets;
}
