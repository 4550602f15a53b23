import { roundUp } from '../kernels/layout.ts';

/** Products of the sizes. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Kernels work on whole vectors of four numbers. */
const VECTOR = 4;

export function aligned(size: number): number {
  return roundUp(size, VECTOR);
}

/** How many places a channel has: all axes but the last. */
export function placesOf(shape: readonly number[]): number {
  return sizeOf(shape.slice(0, -1));
}

/** How far apart channels are: with room for what kernels write past the last row of a plane, however long its rows are. */
export function planeOf(shape: readonly number[]): number {
  const places = placesOf(shape);
  return places === 1 ? 1 : aligned(places + VECTOR - 1);
}

/** How many numbers there are from the first to the last of a value of this shape. */
export function usedSize(shape: readonly number[]): number {
  return shape.length === 0 ? 1 : planeOf(shape) * ((shape.at(-1) as number) - 1) + placesOf(shape);
}

/** How many numbers a new value of this shape takes. */
export function storedSize(shape: readonly number[]): number {
  return aligned(planeOf(shape) * (shape.at(-1) ?? 1));
}

/** How far apart neighbours on each axis are where the last axis is stored first: [H, W, C] as C × H × W. */
export function storageStrides(shape: readonly number[]): number[] {
  const strides = plainStrides(shape.slice(0, -1));
  return shape.length === 0 ? [] : [...strides, planeOf(shape)];
}

/** How far apart neighbours on each axis are where the axes are stored in their order, as tfjs does it. */
export function plainStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** Whether both orders are the same. */
export function isPlain(shape: readonly number[]): boolean {
  return (shape.at(-1) ?? 1) === 1 || placesOf(shape) === 1;
}

/** Where, in the order of storage, each number of the model's order is. */
export function storageOrder(shape: readonly number[]): Uint32Array {
  const channels = shape.at(-1) ?? 1;
  const [places, plane] = [placesOf(shape), planeOf(shape)];
  const order = new Uint32Array(places * channels);
  for (let place = 0, at = 0; place < places; place++) for (let c = 0; c < channels; c++) order[at++] = c * plane + place;
  return order;
}
