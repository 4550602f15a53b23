import { activate, CLIPPED, highest, lowest } from './activation';
import { add, greatestOf, lanes, madd, max, min, mul, splat, spread, sumOf } from './lane';
import { prepareBy2, slideBy2 } from './depthwise-by-2';
import { Lane } from './variant';

/*
 * Depthwise convolution and pooling: what an output plane takes of one input plane alone. A plane is first copied into the scratch with
 * its border, its columns sorted by their remainder modulo the column stride, so that any stride reads whole vectors.
 */

const CONV = 0;
const MAXIMUM = 1;
const SUM = 2;

let scratchPitch: usize = 0;
let phasePitch: usize = 0;

/** The pitches of the scratch for planes of so many columns. */
function layOut(columns: usize, outputColumns: usize, kernelColumns: usize, stride: usize, dilation: usize, left: usize): void {
  const reach = (outputColumns + lanes<Lane>()) * stride + (kernelColumns - 1) * dilation + 1;
  const filled = left + columns + 2 * lanes<Lane>() * stride;
  const longest = reach > filled ? reach : filled;
  phasePitch = ((longest / stride + 4) & ~3) << 2;
  scratchPitch = phasePitch * stride;
}

/** Fills the whole scratch with what stands for the border. */
function border(scratch: usize, paddedRows: usize, value: f32): void {
  const end = scratch + paddedRows * scratchPitch;
  const vector = lanes<Lane>() << 2;
  for (let p = scratch; p < end; p += vector) store<Lane>(p, splat<Lane>(value));
}

function copyIn(scratch: usize, input: usize, rows: usize, columns: usize, stride: usize, left: usize, value: f32): void {
  const vector = lanes<Lane>() << 2;
  for (let y: usize = 0; y < rows; y++, scratch += scratchPitch, input += columns << 2) {
    if (stride == 1) {
      const to = scratch + (left << 2);
      for (let x: usize = 0; x < columns << 2; x += vector) store<Lane>(to + x, load<Lane>(input + x));
      store<Lane>(to + (columns << 2), splat<Lane>(value));
    } else if (isVector<Lane>() && stride == 2) {
      const even = scratch + (left & 1) * phasePitch + ((left >> 1) << 2);
      const odd = scratch + ((left + 1) & 1) * phasePitch + (((left + 1) >> 1) << 2);
      let x: usize = 0;
      for (let p = input; x < columns; x += 8, p += 32) {
        const a = v128.load(p);
        const b = v128.load(p, 16);
        v128.store(even + (x << 1), v128.shuffle<f32>(a, b, 0, 2, 4, 6));
        v128.store(odd + (x << 1), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
      }
      store<Lane>(even + (((columns + 1) >> 1) << 2), splat<Lane>(value));
      store<Lane>(odd + ((columns >> 1) << 2), splat<Lane>(value));
    } else {
      for (let x: usize = 0; x < columns; x++) {
        const j = x + left;
        store<f32>(scratch + (j % stride) * phasePitch + ((j / stride) << 2), load<f32>(input + (x << 2)));
      }
    }
  }
}

/** The place of a kernel's column within a row of the scratch. */
// @ts-ignore: decorator
@inline
function columnOf(column: usize, stride: usize): usize {
  return (column % stride) * phasePitch + ((column / stride) << 2);
}

/** 3×3 of stride 1, two rows at a time, which share what they load. */
function slide3x3(
  output: usize, outputRows: usize, outputColumns: usize, scratch: usize,
  weights: usize, bias: usize, kind: i32, alpha: f32,
): void {
  const vector = lanes<Lane>() << 2;
  const w0 = spread<Lane>(weights), w1 = spread<Lane>(weights + 4), w2 = spread<Lane>(weights + 8);
  const w3 = spread<Lane>(weights + 12), w4 = spread<Lane>(weights + 16), w5 = spread<Lane>(weights + 20);
  const w6 = spread<Lane>(weights + 24), w7 = spread<Lane>(weights + 28), w8 = spread<Lane>(weights + 32);
  const lo = splat<Lane>(lowest(kind));
  const hi = splat<Lane>(highest(kind, alpha));
  const b = bias ? spread<Lane>(bias) : splat<Lane>(0);
  const outputPitch = outputColumns << 2;
  // The last vectors come first: what they write past the end of a row is written again by the row below.
  const last = (outputPitch - 1) & ~(vector - 1);
  for (; outputRows > 1; outputRows -= 2, output += 2 * outputPitch, scratch += 2 * scratchPitch) {
    const r3 = scratch + 3 * scratchPitch;
    for (let x: isize = <isize>last; x >= 0; x -= <isize>vector) {
      let p = scratch + x;
      let upper = madd<Lane>(load<Lane>(p), w0, b);
      upper = madd<Lane>(load<Lane>(p, 4), w1, upper);
      upper = madd<Lane>(load<Lane>(p, 8), w2, upper);
      p += scratchPitch;
      let t = load<Lane>(p);
      upper = madd<Lane>(t, w3, upper);
      let lower = madd<Lane>(t, w0, b);
      t = load<Lane>(p, 4);
      upper = madd<Lane>(t, w4, upper);
      lower = madd<Lane>(t, w1, lower);
      t = load<Lane>(p, 8);
      upper = madd<Lane>(t, w5, upper);
      lower = madd<Lane>(t, w2, lower);
      p += scratchPitch;
      t = load<Lane>(p);
      upper = madd<Lane>(t, w6, upper);
      lower = madd<Lane>(t, w3, lower);
      t = load<Lane>(p, 4);
      upper = madd<Lane>(t, w7, upper);
      lower = madd<Lane>(t, w4, lower);
      t = load<Lane>(p, 8);
      upper = madd<Lane>(t, w8, upper);
      lower = madd<Lane>(t, w5, lower);
      store<Lane>(output + x, min<Lane>(max<Lane>(upper, lo), hi));
      p = r3 + x;
      lower = madd<Lane>(load<Lane>(p), w6, lower);
      lower = madd<Lane>(load<Lane>(p, 4), w7, lower);
      lower = madd<Lane>(load<Lane>(p, 8), w8, lower);
      store<Lane>(output + outputPitch + x, min<Lane>(max<Lane>(lower, lo), hi));
    }
  }
  for (; outputRows > 0; outputRows--, output += outputPitch, scratch += scratchPitch) {
    const r1 = scratch + scratchPitch;
    const r2 = r1 + scratchPitch;
    for (let x: usize = 0; x < outputPitch; x += vector) {
      let a = madd<Lane>(load<Lane>(scratch + x), w0, b);
      let c = mul<Lane>(load<Lane>(scratch + x, 4), w1);
      a = madd<Lane>(load<Lane>(scratch + x, 8), w2, a);
      c = madd<Lane>(load<Lane>(r1 + x), w3, c);
      a = madd<Lane>(load<Lane>(r1 + x, 4), w4, a);
      c = madd<Lane>(load<Lane>(r1 + x, 8), w5, c);
      a = madd<Lane>(load<Lane>(r2 + x), w6, a);
      c = madd<Lane>(load<Lane>(r2 + x, 4), w7, c);
      a = madd<Lane>(load<Lane>(r2 + x, 8), w8, a);
      store<Lane>(output + x, min<Lane>(max<Lane>(add<Lane>(a, c), lo), hi));
    }
  }
}

/** Where each tap of a window begins, from where the window does. */
function listTaps(
  table: usize, kernelRows: usize, kernelColumns: usize, strideColumns: usize, dilationRows: usize, dilationColumns: usize,
): void {
  for (let ky: usize = 0; ky < kernelRows; ky++)
    for (let kx: usize = 0; kx < kernelColumns; kx++, table += 4)
      store<u32>(table, <u32>(ky * dilationRows * scratchPitch + columnOf(kx * dilationColumns, strideColumns)));
}

// @ts-ignore: decorator
@inline
function take(mode: i32, sum: Lane, value: Lane, weight: Lane): Lane {
  return mode == CONV ? madd<Lane>(value, weight, sum) : mode == MAXIMUM ? max<Lane>(sum, value) : add<Lane>(sum, value);
}

// @ts-ignore: decorator
@inline
function slide(
  mode: i32, output: usize, outputRows: usize, outputColumns: usize, scratch: usize, strideRows: usize, table: usize, taps: usize,
  weights: usize, first: Lane, lo: Lane, hi: Lane,
): void {
  const vector = lanes<Lane>() << 2;
  const outputPitch = outputColumns << 2;
  const tableEnd = table + (taps << 2);
  for (; outputRows > 0; outputRows--, output += outputPitch, scratch += strideRows * scratchPitch) {
    let x: usize = 0;
    for (; x + 4 * vector <= outputPitch; x += 4 * vector) {
      let a = first, b = first, c = first, d = first;
      let w = weights;
      for (let t = table; t < tableEnd; t += 4, w += 4) {
        const p = scratch + x + load<u32>(t);
        const weight = mode == CONV ? spread<Lane>(w) : first;
        a = take(mode, a, load<Lane>(p), weight);
        b = take(mode, b, load<Lane>(p + vector), weight);
        c = take(mode, c, load<Lane>(p + 2 * vector), weight);
        d = take(mode, d, load<Lane>(p + 3 * vector), weight);
      }
      store<Lane>(output + x, min<Lane>(max<Lane>(a, lo), hi));
      store<Lane>(output + x + vector, min<Lane>(max<Lane>(b, lo), hi));
      store<Lane>(output + x + 2 * vector, min<Lane>(max<Lane>(c, lo), hi));
      store<Lane>(output + x + 3 * vector, min<Lane>(max<Lane>(d, lo), hi));
    }
    for (; x < outputPitch; x += vector) {
      let a = first;
      let w = weights;
      for (let t = table; t < tableEnd; t += 4, w += 4)
        a = take(mode, a, load<Lane>(scratch + x + load<u32>(t)), mode == CONV ? spread<Lane>(w) : first);
      store<Lane>(output + x, min<Lane>(max<Lane>(a, lo), hi));
    }
  }
}

// @ts-ignore: decorator
@inline
function rowsNeeded(rows: usize, top: usize, outputRows: usize, stride: usize, kernelRows: usize, dilation: usize): usize {
  const reach = (outputRows - 1) * stride + (kernelRows - 1) * dilation + 1;
  return reach > top + rows ? reach : top + rows;
}

export function depthwiseConv(
  output: usize, outputStride: usize, outputRows: usize, outputColumns: usize, input: usize, inputStride: usize, rows: usize,
  columns: usize, channels: usize, multiplier: usize, kernelRows: usize, kernelColumns: usize, strideRows: usize, strideColumns: usize,
  dilationRows: usize, dilationColumns: usize, top: usize, left: usize, weights: usize, bias: usize, kind: i32, alpha: f32, scratch: usize,
): void {
  const taps = kernelRows * kernelColumns;
  const isThree = taps == 9 && kernelRows == 3 && dilationRows == 1 && dilationColumns == 1;
  if (isThree && strideRows == 2 && strideColumns == 2 && left <= 1 && (outputColumns << 1) <= columns + left) {
    prepareBy2(scratch, outputColumns, columns, left);
    for (; channels > 0; channels--, input += inputStride)
      for (let m = multiplier; m > 0; m--, output += outputStride, weights += 36) {
        slideBy2(output, outputRows, outputColumns, input, rows, columns, top, left, weights, bias, kind, alpha, scratch);
        if (bias) bias += 4;
        if (kind > CLIPPED) activate(kind, output, output, outputRows * outputColumns, alpha);
      }
    return;
  }
  const table = scratch;
  scratch += ((taps + 3) & ~3) << 2;
  layOut(columns, outputColumns, kernelColumns, strideColumns, dilationColumns, left);
  listTaps(table, kernelRows, kernelColumns, strideColumns, dilationRows, dilationColumns);
  border(scratch, rowsNeeded(rows, top, outputRows, strideRows, kernelRows, dilationRows), 0);
  const lo = splat<Lane>(lowest(kind));
  const hi = splat<Lane>(highest(kind, alpha));
  for (; channels > 0; channels--, input += inputStride) {
    copyIn(scratch + top * scratchPitch, input, rows, columns, strideColumns, left, 0);
    for (let m = multiplier; m > 0; m--, output += outputStride, weights += taps << 2) {
      if (isThree && strideRows == 1 && strideColumns == 1)
        slide3x3(output, outputRows, outputColumns, scratch, weights, bias, kind, alpha);
      else {
        const b = bias ? spread<Lane>(bias) : splat<Lane>(0);
        slide(CONV, output, outputRows, outputColumns, scratch, strideRows, table, taps, weights, b, lo, hi);
      }
      if (bias) bias += 4;
      if (kind > CLIPPED) activate(kind, output, output, outputRows * outputColumns, alpha);
    }
  }
}

/** How many of a window's `size` places, the first at `from`, are inside of `count`. */
// @ts-ignore: decorator
@inline
function inside(from: isize, size: usize, count: usize): usize {
  const last = from + <isize>size;
  return <usize>((last < <isize>count ? last : <isize>count) - (from > 0 ? from : 0));
}

export function pool(
  isMaximum: i32, output: usize, outputStride: usize, outputRows: usize, outputColumns: usize, input: usize, inputStride: usize,
  rows: usize, columns: usize, channels: usize, poolRows: usize, poolColumns: usize, strideRows: usize, strideColumns: usize,
  top: usize, left: usize, scratch: usize,
): void {
  const first: f32 = isMaximum ? -Infinity : 0;
  if (outputRows * outputColumns == 1 && top + left == 0 && poolRows == rows && poolColumns == columns) {
    for (; channels > 0; channels--, input += inputStride, output += outputStride) globalPool(isMaximum, output, input, inputStride, 1, rows * columns);
    return;
  }
  const taps = poolRows * poolColumns;
  const table = scratch;
  scratch += ((taps + 3) & ~3) << 2;
  layOut(columns, outputColumns, poolColumns, strideColumns, 1, left);
  listTaps(table, poolRows, poolColumns, strideColumns, 1, 1);
  const paddedRows = rowsNeeded(rows, top, outputRows, strideRows, poolRows, 1);
  border(scratch, paddedRows, first);
  const isPadded = top > 0 || left > 0 || paddedRows > rows || (outputColumns - 1) * strideColumns + poolColumns > columns;
  const lo = splat<Lane>(-Infinity);
  const hi = splat<Lane>(Infinity);
  const none = splat<Lane>(first);
  for (; channels > 0; channels--, input += inputStride, output += outputStride) {
    copyIn(scratch + top * scratchPitch, input, rows, columns, strideColumns, left, first);
    if (isMaximum) {
      slide(MAXIMUM, output, outputRows, outputColumns, scratch, strideRows, table, taps, 0, none, lo, hi);
      continue;
    }
    slide(SUM, output, outputRows, outputColumns, scratch, strideRows, table, taps, 0, none, lo, hi);
    const count = outputRows * outputColumns;
    if (isPadded) {
      for (let i: usize = 0; i < count; i++) {
        const down = inside(<isize>((i / outputColumns) * strideRows) - <isize>top, poolRows, rows);
        const across = inside(<isize>((i % outputColumns) * strideColumns) - <isize>left, poolColumns, columns);
        store<f32>(output + (i << 2), load<f32>(output + (i << 2)) / <f32>(down * across));
      }
    } else {
      const share = splat<Lane>(1 / <f32>(poolRows * poolColumns));
      for (let p = output; p < output + (count << 2); p += lanes<Lane>() << 2) store<Lane>(p, mul<Lane>(load<Lane>(p), share));
    }
  }
}

/** Sums or greatest elements of whole planes; the columns past the last whole vector one by one. */
export function globalPool(isMaximum: i32, output: usize, input: usize, stride: usize, channels: usize, count: usize): void {
  const whole = count & ~(lanes<Lane>() - 1);
  for (; channels > 0; channels--, output += 4, input += stride) {
    let a = splat<Lane>(isMaximum ? -Infinity : 0);
    let p = input;
    for (const end = input + (whole << 2); p < end; p += lanes<Lane>() << 2) a = isMaximum ? max<Lane>(a, load<Lane>(p)) : add<Lane>(a, load<Lane>(p));
    let all = isMaximum ? greatestOf<Lane>(a) : sumOf<Lane>(a);
    for (const end = input + (count << 2); p < end; p += 4) all = isMaximum ? max<f32>(all, load<f32>(p)) : all + load<f32>(p);
    store<f32>(output, isMaximum ? all : all / <f32>count);
  }
}
