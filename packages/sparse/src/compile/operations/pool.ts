import { placesOf, planeOf } from '../../plan/storage.ts';
import type { Builder, Value } from '../builder.ts';
import { type Geometry, type Triple, type VolumeGeometry, windowPlaces } from '../geometry.ts';
import { misuse } from '../misuse.ts';
import { checkRank } from './checks.ts';
import { slideStep } from './depthwise.ts';
import { copy, reshape, settled, slice } from './layout.ts';

export type Kind = 'max' | 'average';

function checkKind(build: Builder, operation: string, kind: Kind): void {
  if (kind !== 'max' && kind !== 'average')
    misuse(build, `gives "${operation}" the kind "${String(kind)}", and there are "max" and "average"`);
}

/** The greatest or the mean of each window; what stands beside the image counts as nothing. */
export function pool(build: Builder, image: Value, kind: Kind, geometry: Geometry, places = windowPlaces(geometry, image.shape)): Value {
  checkKind(build, 'pool', kind);
  checkRank(build, 'pool', image, 3);
  const to = build.value([...places, image.shape[2] as number]);
  const { window, strides, before } = geometry;
  slideStep(build, 'pool', image, to, geometry, { options: { kind, window, strides, before } });
  return to;
}

/**
 * The same of a volume [depth, height, width, channels]: along the depths, and then on the image of each depth. Means of means are those
 * of the whole windows, as all that are put together count as many places.
 */
export function poolVolume(
  build: Builder,
  given: Value,
  kind: Kind,
  geometry: VolumeGeometry,
  places = windowPlaces(geometry, given.shape),
): Value {
  checkKind(build, 'poolVolume', kind);
  checkRank(build, 'poolVolume', given, 4);
  const volume = fromInside(build, given, geometry.before);
  const [depth, height, width, channels] = volume.shape as [number, number, number, number];
  const { window, strides } = geometry;
  const [front, top, left] = geometry.before.map((zeros) => Math.max(zeros, 0)) as unknown as Triple;
  const none = { dilation: [1, 1], after: [0, 0] } as const;
  const deep: Geometry = { ...none, window: [window[0], 1], strides: [strides[0], 1], before: [front, 0] };
  const wide: Geometry = { ...none, window: [window[1], window[2]], strides: [strides[1], strides[2]], before: [top, left] };
  const flat = reshape(build, volume, [depth, height * width, channels]);
  const few = isEachPlace(deep) ? flat : pool(build, flat, kind, deep, [places[0], height * width]);
  const between = reshape(build, few, [places[0], height, width, channels]);
  if (isEachPlace(wide)) return between;
  return stacked(build, pool(build, sideBySide(build, between), kind, wide, [places[1], places[2]]), places[0]);
}

function isEachPlace({ window, strides }: Geometry): boolean {
  return [...window, ...strides].every((each) => each === 1);
}

/** Without what stands before the first window. */
function fromInside(build: Builder, volume: Value, before: Triple): Value {
  if (before.every((zeros) => zeros >= 0)) return volume;
  const begin = before.map((zeros) => Math.max(-zeros, 0));
  return slice(
    build,
    volume,
    begin,
    volume.shape.map((size, axis) => size - (begin[axis] ?? 0)),
  );
}

/** [depth, height, width, channels] as [height, width, channels · depth]. */
function sideBySide(build: Builder, volume: Value): Value {
  const [depth, height, width, channels] = volume.shape as [number, number, number, number];
  if (depth === 1) return reshape(build, volume, [height, width, channels]);
  const to = build.value([height, width, channels * depth]);
  const [apart, plane] = [planeOf(volume.shape), planeOf(to.shape)];
  copy(build, volume, to, { sizes: [channels, depth, height * width], from: [apart, height * width, 1], to: [depth * plane, plane, 1] });
  return to;
}

/** [height, width, channels · depth] as [depth, height, width, channels]. */
function stacked(build: Builder, images: Value, depth: number): Value {
  const [height, width, all] = images.shape as [number, number, number];
  const channels = all / depth;
  if (depth === 1) return reshape(build, images, [1, height, width, channels]);
  const to = build.value([depth, height, width, channels]);
  const [apart, plane] = [planeOf(to.shape), planeOf(images.shape)];
  copy(build, images, to, { sizes: [channels, depth, height * width], from: [depth * plane, plane, 1], to: [apart, height * width, 1] });
  return to;
}

/** The greatest or the mean of each channel. */
export function globalPool(build: Builder, given: Value, kind: Kind): Value {
  checkKind(build, 'globalPool', kind);
  const image = settled(build, given);
  const channels = image.shape.at(-1) as number;
  const to = build.value([channels]);
  const options = { kind, channels, places: placesOf(image.shape), inputPlane: planeOf(image.shape) };
  build.step({ operation: 'globalPool', reads: [image], writes: [to], options });
  return to;
}
