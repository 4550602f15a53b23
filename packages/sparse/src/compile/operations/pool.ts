import { placesOf, planeOf } from '../../plan/storage.ts';
import type { Builder, Value } from '../builder.ts';
import type { Geometry } from '../geometry.ts';
import { slideStep } from './depthwise.ts';

export type Kind = 'max' | 'average';

/** The greatest or the mean of each window; what stands beside the image counts as nothing. */
export function pool(build: Builder, image: Value, kind: Kind, geometry: Geometry, places: readonly [number, number]): Value {
  const to = build.value([...places, image.shape[2] as number]);
  const { window, strides, before } = geometry;
  slideStep(build, 'pool', image, to, geometry, { options: { kind, window, strides, before } });
  return to;
}

/** The greatest or the mean of each channel. */
export function globalPool(build: Builder, image: Value, kind: Kind): Value {
  const channels = image.shape.at(-1) as number;
  const to = build.value([channels]);
  const options = { kind, channels, places: placesOf(image.shape), inputPlane: planeOf(image.shape) };
  build.step({ operation: 'globalPool', reads: [image], writes: [to], options });
  return to;
}
