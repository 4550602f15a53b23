type Pair = readonly [number, number];
export type Triple = readonly [number, number, number];

interface WindowOver<Axes extends readonly number[]> {
  readonly window: Axes;
  readonly strides: Axes;
  readonly dilation: Axes;
  /** Zeros before the first place of an axis, and behind the last. */
  readonly before: Axes;
  readonly after: Axes;
}

/** How a window goes over an image: [rows, columns] each. */
export type Geometry = WindowOver<Pair>;

/** How a window goes over a volume: [depths, rows, columns] each. Where less than no zero stands before it, it begins inside. */
export type VolumeGeometry = WindowOver<Triple>;

/** From a layer's configuration; a sequence is one row. */
export function geometryOf(config: Readonly<Record<string, unknown>>, [height, width]: readonly number[], window: Pair): Geometry {
  const strides = pair(config['strides']);
  const dilation = pair(config['dilationRate']);
  const padding = config['padding'] ?? 'valid';
  const [top, bottom] = padding === 'same' ? sides(height as number, window[0], strides[0], dilation[0]) : [0, 0];
  const [left, right] = padding === 'same' ? sides(width as number, window[1], strides[1], dilation[1]) : [0, 0];
  return { window, strides, dilation, before: [top, left], after: [bottom, right] };
}

/** From a layer's configuration. Over volumes, tfjs lets a window that is shorter than its stride begin inside. */
export function volumeGeometryOf(config: Readonly<Record<string, unknown>>, size: readonly number[], window: Triple): VolumeGeometry {
  const strides = triple(config['strides']);
  const dilation = triple(config['dilationRate']);
  const both = [0, 1, 2].map((axis) =>
    config['padding'] === 'same'
      ? parted(missing(size[axis] as number, window[axis] as number, strides[axis] as number, dilation[axis] as number))
      : [0, 0],
  );
  const side = (which: 0 | 1) => both.map((zeros) => zeros[which] as number) as unknown as Triple;
  return { window, strides, dilation, before: side(0), after: side(1) };
}

/** A number or list of a configuration as depths, rows and columns. */
export function triple(given: unknown): Triple {
  return (Array.isArray(given) ? given : [given, given, given].map((each) => each ?? 1)) as unknown as Triple;
}

/** A number or list of a configuration as rows and columns: one number of a sequence is that of the columns. */
export function pair(given: unknown): Pair {
  const [first, second] = [given ?? 1].flat() as number[];
  if (Array.isArray(given) && given.length === 1) return [1, first as number];
  return [first as number, second ?? (first as number)];
}

/** `same`: as many zeros as it takes, the odd one behind. */
function sides(size: number, window: number, stride: number, dilation: number): Pair {
  return parted(Math.max(0, missing(size, window, stride, dilation)));
}

function parted(zeros: number): Pair {
  return [Math.floor(zeros / 2), Math.ceil(zeros / 2)];
}

/** How many places more than there are the windows of `same` need. */
function missing(size: number, window: number, stride: number, dilation: number): number {
  return (Math.ceil(size / stride) - 1) * stride + (window - 1) * dilation + 1 - size;
}

/** How many places the window has along each axis. */
export function windowPlaces<Axes extends readonly number[]>(geometry: WindowOver<Axes>, size: readonly number[]): Axes {
  const { window, strides, dilation, before, after } = geometry;
  const places = window.map((each, axis) => {
    const room = (size[axis] as number) + (before[axis] as number) + (after[axis] as number) - (each - 1) * (dilation[axis] as number) - 1;
    return Math.floor(room / (strides[axis] as number)) + 1;
  });
  return places as unknown as Axes;
}
