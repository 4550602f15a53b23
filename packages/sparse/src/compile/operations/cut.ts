import { planeOf } from '../../plan/storage.ts';
import type { Builder, Value } from '../builder.ts';

/** Which rows and columns: the first ones, and how far apart they are; where they are put. */
export interface Cut {
  readonly top: number;
  readonly left: number;
  readonly strides: readonly [number, number];
  readonly plane: number;
  readonly put: number;
}

/** Row y, column x of what is made is row y · stride + top, column x · stride + left of the image, or zero beside it. */
export function cut(build: Builder, image: Value, to: Value, { top, left, strides, plane, put }: Cut): void {
  const [height, width, channels] = image.shape as [number, number, number];
  build.step({
    operation: 'cut',
    reads: [image],
    writes: [to],
    options: {
      size: [height, width],
      channels,
      inputPlane: planeOf(image.shape),
      places: [to.shape[0] as number, to.shape[1] as number],
      plane,
      put,
      offset: [top, left],
      strides,
    },
  });
}
