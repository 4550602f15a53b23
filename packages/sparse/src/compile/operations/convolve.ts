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
import { type Phases, phasesOf } from './phases.ts';

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
  const to = build.value([rows, columns, filters.outputs]);
  const kernel = choose(build, filters, rows * columns);
  const phases = phasesOf(geometry, [rows, columns], image.shape[2] as number);
  const from = laidOut(build, image, geometry, phases);
  const offsets = tapOffsets(filters, (c, y, x) => phases.offset(c, [y, x]));
  convolutionStep(build, from, to, { sums, kernel, offsets, rows, columns, inputPitch: phases.shape[1] as number });
  return to;
}

/** The image's phases; with strides of 1, that is the image with what stands beside it. */
function laidOut(build: Builder, image: Value, { strides, before, after }: Geometry, { shape, apart, firsts }: Phases): Value {
  if (strides.every((stride) => stride === 1)) return bordered(build, image, { before, after });
  const [tops, lefts] = firsts as [number[], number[]];
  const to = build.value(shape, tops.length * lefts.length * apart);
  tops.forEach((y, i) => {
    lefts.forEach((x, j) => {
      const put = (i * lefts.length + j) * apart;
      cut(build, image, to, { top: y - before[0], left: x - before[1], strides, plane: planeOf(shape), put });
    });
  });
  return to;
}

/** The image with what stands beside it. */
function bordered(build: Builder, image: Value, { before, after }: Pick<Geometry, 'before' | 'after'>): Value {
  if ([...before, ...after].every((zeros) => zeros === 0)) return image;
  const [height, width, channels] = image.shape as [number, number, number];
  const to = build.value([height + before[0] + after[0], width + before[1] + after[1], channels]);
  cut(build, image, to, { top: -before[0], left: -before[1], strides: [1, 1], plane: planeOf(to.shape), put: 0 });
  return to;
}

/** Where each tap's numbers begin. */
export function tapOffsets(
  { inputs, window: [rows, columns] }: Filters,
  offset: (channel: number, row: number, column: number) => number,
): Uint32Array {
  const offsets = new Uint32Array(inputs * rows * columns);
  let tap = 0;
  for (let c = 0; c < inputs; c++) for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) offsets[tap++] = offset(c, y, x);
  return offsets;
}
