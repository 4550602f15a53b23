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

export function fill(output: usize, count: usize, value: f32): void {
  const end = output + (count << 2);
  for (; output < end; output += lanes<Lane>() << 2) store<Lane>(output, splat<Lane>(value));
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
