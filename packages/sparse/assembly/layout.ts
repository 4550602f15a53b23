import { lanes, splat } from './lane';
import { Lane } from './variant';

/** Planes cut from planes: row y, column x is input row y·strideRows + top, column x·strideColumns + left, or `fill` outside. */
export function cut(
  output: usize, outputStride: usize, outputPitch: usize, outputRows: usize, outputColumns: usize, input: usize, inputStride: usize,
  inputPitch: usize, rows: usize, columns: usize, channels: usize, top: isize, left: isize, strideRows: usize, strideColumns: usize,
  fill: f32,
): void {
  // The output columns that have an input column are one stretch.
  let first: usize = 0;
  while (first < outputColumns && <isize>(first * strideColumns) + left < 0) first++;
  let last = first;
  while (last < outputColumns && <isize>(last * strideColumns) + left < <isize>columns) last++;
  for (; channels > 0; channels--, output += outputStride, input += inputStride) {
    for (let y: usize = 0; y < outputRows; y++) {
      const from = <isize>(y * strideRows) + top;
      const to = output + y * outputPitch;
      const isInside = from >= 0 && from < <isize>rows;
      const a = isInside ? first : outputColumns;
      for (let x: usize = 0; x < a; x++) store<f32>(to + (x << 2), fill);
      if (!isInside) continue;
      let p = input + <usize>from * inputPitch + <usize>((<isize>(first * strideColumns) + left) << 2);
      let x = first;
      if (strideColumns == 1) for (; x + lanes<Lane>() <= last; x += lanes<Lane>(), p += lanes<Lane>() << 2) store<Lane>(to + (x << 2), load<Lane>(p));
      for (; x < last; x++, p += strideColumns << 2) store<f32>(to + (x << 2), load<f32>(p));
      for (; x < outputColumns; x++) store<f32>(to + (x << 2), fill);
    }
  }
}

/** The reverse: row y, column x of the input goes to row y·strideRows + top, column x·strideColumns + left where that is inside. */
export function scatter(
  output: usize, outputStride: usize, outputPitch: usize, outputRows: usize, outputColumns: usize, input: usize, inputStride: usize,
  inputPitch: usize, rows: usize, columns: usize, channels: usize, top: isize, left: isize, strideRows: usize, strideColumns: usize,
): void {
  for (; channels > 0; channels--, output += outputStride, input += inputStride) {
    for (let y: usize = 0; y < rows; y++) {
      const toRow = <isize>(y * strideRows) + top;
      if (toRow < 0 || toRow >= <isize>outputRows) continue;
      for (let x: usize = 0; x < columns; x++) {
        const toColumn = <isize>(x * strideColumns) + left;
        if (toColumn < 0 || toColumn >= <isize>outputColumns) continue;
        store<f32>(output + <usize>toRow * outputPitch + (<usize>toColumn << 2), load<f32>(input + y * inputPitch + (x << 2)));
      }
    }
  }
}

/** out[c][r] = in[r][c]. */
export function transpose(output: usize, outputStride: usize, input: usize, inputStride: usize, rows: usize, columns: usize): void {
  let r: usize = 0;
  if (isVector<Lane>()) {
    for (; r + 4 <= rows; r += 4) {
      const p0 = input + r * inputStride;
      const p1 = p0 + inputStride;
      const p2 = p1 + inputStride;
      const p3 = p2 + inputStride;
      let q = output + (r << 2);
      let x: usize = 0;
      for (; x + 16 <= columns << 2; x += 16, q += 4 * outputStride) {
        const a = v128.load(p0 + x), b = v128.load(p1 + x), c = v128.load(p2 + x), d = v128.load(p3 + x);
        const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
        v128.store(q, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
        v128.store(q + outputStride, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
        v128.store(q + 2 * outputStride, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
        v128.store(q + 3 * outputStride, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
      }
      for (; x < columns << 2; x += 4, q += outputStride) {
        store<f32>(q, load<f32>(p0 + x));
        store<f32>(q, load<f32>(p1 + x), 4);
        store<f32>(q, load<f32>(p2 + x), 8);
        store<f32>(q, load<f32>(p3 + x), 12);
      }
    }
  }
  for (; r < rows; r++)
    for (let c: usize = 0; c < columns; c++)
      store<f32>(output + c * outputStride + (r << 2), load<f32>(input + r * inputStride + (c << 2)));
}

export function gather(output: usize, input: usize, table: usize, count: usize): void {
  const end = output + (count << 2);
  for (; output < end; output += 4, table += 4) store<f32>(output, load<f32>(input + <usize>load<u32>(table)));
}

export function copy(output: usize, outputStride: usize, input: usize, inputStride: usize, rows: usize, count: usize): void {
  for (; rows > 0; rows--, output += outputStride, input += inputStride) memory.copy(output, input, count << 2);
}

export function fill(output: usize, count: usize, value: f32): void {
  const end = output + (count << 2);
  for (; output < end; output += lanes<Lane>() << 2) store<Lane>(output, splat<Lane>(value));
}

export function upsampleNearest(
  output: usize, outputStride: usize, input: usize, inputStride: usize, rows: usize, columns: usize, channels: usize, byRows: usize,
  byColumns: usize,
): void {
  for (; channels > 0; channels--, output += outputStride, input += inputStride) {
    let q = output;
    for (let y: usize = 0; y < rows * byRows; y++) {
      const p = input + (y / byRows) * (columns << 2);
      for (let x: usize = 0; x < columns; x++) {
        const value = load<f32>(p + (x << 2));
        for (let i = byColumns; i > 0; i--, q += 4) store<f32>(q, value);
      }
    }
  }
}

export function resizeBilinear(
  output: usize, outputStride: usize, outputRows: usize, outputColumns: usize, input: usize, inputStride: usize, rows: usize,
  columns: usize, channels: usize,
): void {
  const stepRows = <f32>rows / <f32>outputRows;
  const stepColumns = <f32>columns / <f32>outputColumns;
  for (; channels > 0; channels--, output += outputStride, input += inputStride) {
    let q = output;
    for (let y: usize = 0; y < outputRows; y++) {
      const fromRow = <f32>y * stepRows;
      const top = <usize>fromRow;
      const upper = input + top * (columns << 2);
      const lower = top + 1 < rows ? upper + (columns << 2) : upper;
      const down = fromRow - <f32>top;
      for (let x: usize = 0; x < outputColumns; x++, q += 4) {
        const fromColumn = <f32>x * stepColumns;
        const left = <usize>fromColumn;
        const right = left + 1 < columns ? left + 1 : left;
        const across = fromColumn - <f32>left;
        const a = load<f32>(upper + (left << 2));
        const b = load<f32>(lower + (left << 2));
        const above = a + (load<f32>(upper + (right << 2)) - a) * across;
        const below = b + (load<f32>(lower + (right << 2)) - b) * across;
        store<f32>(q, above + (below - above) * down);
      }
    }
  }
}

/** Rows of a table by number; the place of the first number that is none of its rows, or -1. */
export function embed(output: usize, table: usize, input: usize, count: usize, vocabulary: usize, width: usize): i32 {
  for (let i: usize = 0; i < count; i++, output += width << 2) {
    const number = load<f32>(input + (i << 2));
    if (!(number >= 0 && number < <f32>vocabulary)) return <i32>i;
    memory.copy(output, table + <usize>number * (width << 2), width << 2);
  }
  return -1;
}

/** a (rows × inner) times b (inner × columns), both row by row. */
export function matMul(
  output: usize, outputStride: usize, a: usize, aStride: usize, b: usize, bStride: usize, rows: usize, inner: usize, columns: usize,
): void {
  for (; rows > 0; rows--, output += outputStride, a += aStride)
    for (let x: usize = 0; x < columns << 2; x += 4) {
      let sum: f32 = 0;
      for (let k: usize = 0, p = b + x; k < inner; k++, p += bStride) sum += load<f32>(a + (k << 2)) * load<f32>(p);
      store<f32>(output + x, sum);
    }
}
