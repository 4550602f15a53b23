/** The first byte that the plan may use: a pointer of 0 is none. */
export const MEMORY_BASE = 1024;

/** So many bytes after the last buffer are read, and not used. */
export const READ_AHEAD = 64;

/** Bytes from one plane to the next: with room for whole vectors at the end of the last row, and whole vectors itself. */
export function planeStride(rows: number, columns: number, pitch = 4 * columns): number {
  return roundUp((rows - 1) * pitch + 4 * roundUp(columns, 4), 16);
}

/** Bytes of scratch for `conv`. */
export function convScratch(taps: number): number {
  return taps * 64;
}

/** One axis of a sliding window. */
export interface Slide {
  readonly size: number;
  readonly outputSize: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements of border before the first. */
  readonly before: number;
}

/** Bytes of scratch for `depthwiseConv` and `pool`. */
export function slideScratch(rows: Slide, columns: Slide): number {
  const longest = Math.max(
    (columns.outputSize + 4) * columns.stride + (columns.kernel - 1) * columns.dilation + 1,
    columns.before + columns.size + 8 * columns.stride,
  );
  const pitch = 4 * columns.stride * (roundUp(Math.floor(longest / columns.stride) + 1, 4) + 4);
  const reach = (rows.outputSize - 1) * rows.stride + (rows.kernel - 1) * rows.dilation + 1;
  return 4 * roundUp(rows.kernel * columns.kernel, 4) + Math.max(reach, rows.before + rows.size) * pitch + 2 * READ_AHEAD;
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
