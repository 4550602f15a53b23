/** How a window goes over an image: [rows, columns] each. */
export interface Geometry {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Zeros before the first row and column, and behind the last. */
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
}

type Pair = readonly [number, number];

/** From a layer's configuration; a sequence is one row. */
export function geometryOf(config: Readonly<Record<string, unknown>>, [height, width]: readonly number[], window: Pair): Geometry {
  const strides = pair(config['strides']);
  const dilation = pair(config['dilationRate']);
  const padding = config['padding'] ?? 'valid';
  const [top, bottom] = padding === 'same' ? sides(height as number, window[0], strides[0], dilation[0]) : [0, 0];
  const [left, right] = padding === 'same' ? sides(width as number, window[1], strides[1], dilation[1]) : [0, 0];
  return { window, strides, dilation, before: [top, left], after: [bottom, right] };
}

/** A number or list of a configuration as rows and columns: one number of a sequence is that of the columns. */
export function pair(given: unknown): Pair {
  const [first, second] = [given ?? 1].flat() as number[];
  if (Array.isArray(given) && given.length === 1) return [1, first as number];
  return [first as number, second ?? (first as number)];
}

/** `same`: as many zeros as it takes, the odd one behind. */
function sides(size: number, window: number, stride: number, dilation: number): Pair {
  const out = Math.ceil(size / stride);
  const zeros = Math.max(0, (out - 1) * stride + (window - 1) * dilation + 1 - size);
  return [Math.floor(zeros / 2), Math.ceil(zeros / 2)];
}

/** How many places the window has along each axis. */
export function windowPlaces({ window, strides, dilation, before, after }: Geometry, size: readonly number[]): Pair {
  const along = (axis: 0 | 1) => {
    const room = (size[axis] as number) + before[axis] + after[axis] - (window[axis] - 1) * dilation[axis] - 1;
    return Math.floor(room / strides[axis]) + 1;
  };
  return [along(0), along(1)];
}
