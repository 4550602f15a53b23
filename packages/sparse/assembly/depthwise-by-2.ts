import { highest, lowest } from './activation';
import { keep, lanes, madd, max, min, splat, spread } from './lane';
import { Lane } from './variant';

/*
 * 3×3 windows of stride 2 go over the plane as it is, for copying it costs more than they do: rows outside are a row of zeros, and what the
 * first and the last vector of a row would take from outside of it is masked away.
 */

/** Bytes of the masks: of the left and the right column of the window, at the first vector of a row, at its last, and between. */
const MASKS: usize = 6 * 16;

/** Fills the scratch with the masks and, after them, a row of zeros. */
export function prepareBy2(scratch: usize, outputColumns: usize, columns: usize, left: usize): void {
  const last = (outputColumns - 1) & ~(lanes<Lane>() - 1);
  let mask = scratch;
  for (let at: usize = 0; at < 6; at++)
    for (let lane: usize = 0; lane < lanes<Lane>(); lane++, mask += 4) {
      const column: usize = ((at < 2 ? 0 : last) + lane) * 2 + 2 * (at & 1) - left;
      store<u32>(mask, at > 3 || column < columns ? 0xffffffff : 0);
    }
  const end = scratch + MASKS + ((columns + 16) << 2);
  for (let p = scratch + MASKS; p < end; p += 4) store<f32>(p, 0);
}

// @ts-ignore: decorator
@inline
function masksAt(x: usize, last: usize, scratch: usize): usize {
  return scratch + (x == 0 ? 0 : x == last ? 2 * sizeof<Lane>() : 4 * sizeof<Lane>());
}

/** Where a row of the plane begins with its left border; a row outside is the one of zeros. */
// @ts-ignore: decorator
@inline
function rowAt(input: usize, row: usize, rows: usize, columns: usize, left: usize, scratch: usize): usize {
  return (row < rows ? input + row * (columns << 2) : scratch + MASKS + 4) - (left << 2);
}

/** One row of the window, every other element of a row of the plane. */
// @ts-ignore: decorator
@inline
function everyOther(sum: Lane, p: usize, left: Lane, right: Lane, w0: Lane, w1: Lane, w2: Lane): Lane {
  let a = load<Lane>(p);
  let b: Lane;
  let c: Lane;
  if (isVector<Lane>()) {
    const next = v128.load(p, 16);
    b = v128.shuffle<f32>(a, next, 1, 3, 5, 7);
    a = v128.shuffle<f32>(a, next, 0, 2, 4, 6);
    c = v128.shuffle<f32>(a, v128.load32_zero(p, 32), 1, 2, 3, 4);
  } else {
    b = load<Lane>(p, 4);
    c = load<Lane>(p, 8);
  }
  return madd<Lane>(keep<Lane>(c, right), w2, madd<Lane>(b, w1, madd<Lane>(keep<Lane>(a, left), w0, sum)));
}

export function slideBy2(
  output: usize, outputRows: usize, outputColumns: usize, input: usize, rows: usize, columns: usize, top: usize, left: usize,
  weights: usize, bias: usize, kind: i32, alpha: f32, scratch: usize,
): void {
  const w0 = spread<Lane>(weights), w1 = spread<Lane>(weights + 4), w2 = spread<Lane>(weights + 8);
  const w3 = spread<Lane>(weights + 12), w4 = spread<Lane>(weights + 16), w5 = spread<Lane>(weights + 20);
  const w6 = spread<Lane>(weights + 24), w7 = spread<Lane>(weights + 28), w8 = spread<Lane>(weights + 32);
  const lo = splat<Lane>(lowest(kind));
  const hi = splat<Lane>(highest(kind, alpha));
  const b = bias ? spread<Lane>(bias) : splat<Lane>(0);
  const pitch = outputColumns << 2;
  const last = (pitch - 1) & ~(sizeof<Lane>() - 1);
  // Carried from row to row, or the compiler would find the rows again for every vector.
  let r0 = rowAt(input, 0 - top, rows, columns, left, scratch);
  let r1 = rowAt(input, 1 - top, rows, columns, left, scratch);
  let r2 = rowAt(input, 2 - top, rows, columns, left, scratch);
  for (let y: usize = 0; y < outputRows; y++, output += pitch) {
    for (let x: usize = 0; x <= last; x += sizeof<Lane>()) {
      const masks = masksAt(x, last, scratch);
      const leftMask = load<Lane>(masks);
      const rightMask = load<Lane>(masks + sizeof<Lane>());
      let sum = everyOther(b, r0 + 2 * x, leftMask, rightMask, w0, w1, w2);
      sum = everyOther(sum, r1 + 2 * x, leftMask, rightMask, w3, w4, w5);
      sum = everyOther(sum, r2 + 2 * x, leftMask, rightMask, w6, w7, w8);
      store<Lane>(output + x, min<Lane>(max<Lane>(sum, lo), hi));
    }
    r0 = r2;
    r1 = rowAt(input, 2 * y + 3 - top, rows, columns, left, scratch);
    r2 = rowAt(input, 2 * y + 4 - top, rows, columns, left, scratch);
  }
}
