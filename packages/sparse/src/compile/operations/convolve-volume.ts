import { planeOf, sizeOf } from '../../plan/storage.ts';
import { isMixing } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { choose } from '../choose.ts';
import { type Triple, type VolumeGeometry, windowPlaces } from '../geometry.ts';
import { checkRank, checkSums } from './checks.ts';
import { convolutionStep } from './convolution-step.ts';
import { isPointwise, tapOffsets } from './convolve.ts';
import { cut } from './cut.ts';
import { softmax } from './elementwise.ts';
import { reshape } from './layout.ts';
import { linear, type Sums } from './linear.ts';
import { onePlace } from './one-place.ts';
import { type Phases, phasesOf } from './phases.ts';

export interface VolumeConvolution extends Sums {
  /** The filters have the window's depths and rows as their rows. */
  readonly geometry: VolumeGeometry;
}

/** Sums over windows of a volume [depth, height, width, channels]. */
export function convolveVolume(build: Builder, volume: Value, { geometry, ...sums }: VolumeConvolution): Value {
  const { activation } = sums;
  const [depths, rows, columns] = geometry.window;
  checkRank(build, 'convolveVolume', volume, 4);
  checkSums(build, 'convolveVolume', sums, volume.shape[3] as number, [depths * rows, columns]);
  const places = windowPlaces(geometry, volume.shape);
  if (isPointwise(geometry)) return linear(build, volume, sums);
  const made = sizeOf(places) === 1 ? atOnePlace(build, volume, sums, geometry) : manyPlaces(build, volume, sums, geometry, places);
  return isMixing(activation) ? softmax(build, made, activation === 'logSoftmax') : made;
}

function atOnePlace(build: Builder, volume: Value, sums: Sums, geometry: VolumeGeometry): Value {
  const { window, dilation } = geometry;
  const slow = { ...geometry, strides: [1, 1, 1] } as const;
  const from = laidOut(build, volume, slow, phasesOf(slow, [1, 1, 1], volume.shape[3] as number));
  const [, height, width] = from.shape as [number, number, number];
  return onePlace(build, from, sums, window, [dilation[0] * height * width, dilation[1] * width, dilation[2]]);
}

/**
 * As the convolution of an image whose rows are those of all depths, one below the other: a tap that is a depth further is so many rows
 * further. What is made of rows between two depths is left out again.
 */
function manyPlaces(build: Builder, volume: Value, sums: Sums, geometry: VolumeGeometry, places: Triple): Value {
  const { filters } = sums;
  const [depth, rows, columns] = places;
  const kernel = choose(build, filters, sizeOf(places));
  const phases = phasesOf(geometry, places, volume.shape[3] as number);
  const from = laidOut(build, volume, geometry, phases);
  const [, apart, inputPitch] = phases.shape as [number, number, number];
  const down = geometry.window[1];
  const offsets = tapOffsets(filters, (c, row, x) => phases.offset(c, [Math.floor(row / down), row % down, x]));
  const all = build.value([depth, depth === 1 ? rows : apart, columns, filters.outputs]);
  convolutionStep(build, from, all, { sums, kernel, offsets, rows: (depth - 1) * apart + rows, columns, inputPitch });
  return part(build, all, places);
}

/** The first rows of each depth. */
function part(build: Builder, all: Value, [depth, rows, columns]: Triple): Value {
  const [, apart, , channels] = all.shape as [number, number, number, number];
  if (apart === rows) return all;
  const to = build.value([depth, rows * columns, channels]);
  const from = reshape(build, all, [depth, apart * columns, channels]);
  cut(build, from, to, { top: 0, left: 0, strides: [1, 1], plane: planeOf(to.shape), put: 0 });
  return reshape(build, to, [depth, rows, columns, channels]);
}

/** The volume's phases, with what stands beside it. */
function laidOut(build: Builder, volume: Value, { strides, before }: VolumeGeometry, { shape, apart, firsts }: Phases): Value {
  const [fronts, tops, lefts] = firsts as [number[], number[], number[]];
  if (before.every((zeros) => zeros === 0) && strides.every((stride) => stride === 1) && isShape(volume, shape)) return volume;
  const [depth, height, width, channels] = shape as [number, number, number, number];
  const to = build.value(shape, fronts.length * tops.length * lefts.length * apart);
  fronts.forEach((first, i) => {
    const deep = atDepths(build, volume, { first: first - before[0], stride: strides[0], depth }, -before[1], height * strides[1]);
    tops.forEach((top, j) => {
      lefts.forEach((left, k) => {
        cut(build, deep, reshape(build, to, [depth * height, width, channels]), {
          top,
          left: left - before[2],
          strides: [strides[1], strides[2]],
          plane: planeOf(shape),
          put: ((i * tops.length + j) * lefts.length + k) * apart,
        });
      });
    });
  });
  return to;
}

function isShape({ shape }: Value, wanted: readonly number[]): boolean {
  return shape.join() === wanted.join();
}

/** Every so many depths, with so many rows of each, and zeros beside the volume: as one image, the rows of all depths one below the other. */
function atDepths(
  build: Builder,
  volume: Value,
  { first, stride, depth }: { readonly first: number; readonly stride: number; readonly depth: number },
  top: number,
  rows: number,
): Value {
  const [all, height, width, channels] = volume.shape as [number, number, number, number];
  const shape = [depth * rows, width, channels];
  if (first === 0 && top === 0 && depth === all && stride === 1 && rows === height) return reshape(build, volume, shape);
  const to = build.value([depth, rows * width, channels]);
  const from = reshape(build, volume, [all, height * width, channels]);
  cut(build, from, to, { top: first, left: top * width, strides: [stride, 1], plane: planeOf(to.shape), put: 0 });
  return reshape(build, to, shape);
}
