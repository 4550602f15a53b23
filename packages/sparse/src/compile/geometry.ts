type Pair = readonly [number, number];
export type Triple = readonly [number, number, number];

export interface WindowOver<Axes extends readonly number[]> {
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
export function geometryOf(config: Readonly<Record<string, unknown>>, size: readonly number[], window: Pair): Geometry {
  const over = { window, strides: pair(config['strides']), dilation: pair(config['dilationRate']) };
  return { ...over, ...besides(config['padding'] === 'same', size, over, false) };
}

/** From a layer's configuration. */
export function volumeGeometryOf(config: Readonly<Record<string, unknown>>, size: readonly number[], window: Triple): VolumeGeometry {
  const over = { window, strides: triple(config['strides']), dilation: triple(config['dilationRate']) };
  return { ...over, ...besides(config['padding'] === 'same', size, over, true) };
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

/** What stands beside an image or a volume: with `same`, as many zeros as it takes, the odd one behind. */
function besides<Axes extends readonly number[]>(
  isSame: boolean,
  size: readonly number[],
  { window, strides, dilation }: Pick<WindowOver<Axes>, 'window' | 'strides' | 'dilation'>,
  beginsInside: boolean,
): Pick<WindowOver<Axes>, 'before' | 'after'> {
  const zeros = window.map((each, axis) => {
    const [there, stride] = [size[axis] as number, strides[axis] as number];
    const needed = (Math.ceil(there / stride) - 1) * stride + (each - 1) * (dilation[axis] as number) + 1;
    return isSame ? padded(needed - there, beginsInside) : 0;
  });
  const side = (round: (half: number) => number) => zeros.map((each) => round(each / 2)) as unknown as Axes;
  return { before: side(Math.floor), after: side(Math.ceil) };
}

/** How many zeros stand for so many missing places. Over volumes, tfjs lets a window that is shorter than its stride begin inside. */
export function padded(missing: number, beginsInside: boolean): number {
  return beginsInside ? missing : Math.max(0, missing);
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
