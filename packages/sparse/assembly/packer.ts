// What compiling a model goes over its weights with, on engines with SIMD: `src/kernels/pack.ts` says in JavaScript what it gives.

/** By four bits, which lanes are kept: their bytes, one after the other. */
const BYTES: usize = memory.data(256, 16);
/** And their numbers, of two bytes each. */
const NUMBERS: usize = memory.data(128, 16);

for (let kept: u32 = 0; kept < 16; kept++) {
  let k: usize = 0;
  for (let lane: u32 = 0; lane < 4; lane++) {
    if (!((kept >> lane) & 1)) continue;
    store<u32>(BYTES + (kept << 4) + (k << 2), 0x03020100 + lane * 0x04040404);
    store<u16>(NUMBERS + (kept << 3) + (k << 1), <u16>lane);
    k++;
  }
}

/** The first byte that is free. */
export function base(): usize {
  return __heap_base;
}

/** How many of `count` numbers are not zero; -1 where one of them is not finite. Past the last, zeros stand for up to four. */
export function scan(values: usize, count: usize): i32 {
  const magnitude = i32x4.splat(0x7fffffff);
  let zeros = i32x4.splat(0);
  let greatest = zeros;
  for (const end = values + (count << 2); values < end; values += 16) {
    const bits = v128.and(v128.load(values), magnitude);
    zeros = i32x4.sub(zeros, i32x4.eq(bits, i32x4.splat(0)));
    greatest = i32x4.max_s(greatest, bits);
  }
  if (i32x4.all_true(i32x4.lt_s(greatest, i32x4.splat(0x7f800000))) == false) return -1;
  const sum = i32x4.extract_lane(zeros, 0) + i32x4.extract_lane(zeros, 1) + i32x4.extract_lane(zeros, 2) + i32x4.extract_lane(zeros, 3);
  return <i32>((count + 3) & ~3) - sum;
}

/** Four numbers of a tap, from output `o` on. */
// @ts-ignore: decorator
@inline
function tap(weights: usize, places: usize, t: usize, o: usize): v128 {
  return v128.load(weights + ((<usize>load<u32>(places + (t << 2)) + o) << 2));
}

/** Four outputs of `taps` taps, each output's numbers in a row; zeros fill the rows up. */
function turn(rows: usize, pitch: usize, weights: usize, places: usize, taps: usize, o: usize): void {
  const zero = i32x4.splat(0);
  for (let t: usize = 0; t < taps; t += 4, rows += 16) {
    const a = tap(weights, places, t, o);
    const b = t + 1 < taps ? tap(weights, places, t + 1, o) : zero;
    const c = t + 2 < taps ? tap(weights, places, t + 2, o) : zero;
    const d = t + 3 < taps ? tap(weights, places, t + 3, o) : zero;
    const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    v128.store(rows, v128.shuffle<i64>(ab, cd, 0, 2));
    v128.store(rows + pitch, v128.shuffle<i64>(ab, cd, 1, 3));
    v128.store(rows + 2 * pitch, v128.shuffle<i64>(AB, CD, 0, 2));
    v128.store(rows + 3 * pitch, v128.shuffle<i64>(AB, CD, 1, 3));
  }
}

/**
 * The weights that are not zero, output by output, for taps from `first` on: values and numbers of taps from place `start` on, and
 * where each output's end, into `ends`. `rows` is room for four rows of taps.
 */
export function keep(
  weights: usize, places: usize, taps: usize, first: usize, outputs: usize, rows: usize, ends: usize, start: usize, indices: usize,
  values: usize,
): usize {
  const pitch = ((taps + 3) & ~3) << 2;
  for (let o: usize = 0; o < outputs; o += 4) {
    turn(rows, pitch, weights, places, taps, o);
    const some = outputs - o < 4 ? outputs - o : 4;
    for (let k: usize = 0; k < some; k++, ends += 4) {
      const row = rows + k * pitch;
      for (let at: usize = 0; at < pitch; at += 16) {
        const four = v128.load(row + at);
        const kept = <usize>i32x4.bitmask(f32x4.ne(four, f32x4.splat(0)));
        v128.store(values + (start << 2), v128.swizzle(four, v128.load(BYTES + (kept << 4))));
        const numbers = i16x8.add(v128.load64_zero(NUMBERS + (kept << 3)), i16x8.splat(<i16>(first + (at >> 2))));
        v128.store_lane<i64>(indices + (start << 1), numbers, 0);
        start += <usize>popcnt<i32>(<i32>kept);
      }
      store<u32>(ends, <u32>start);
    }
  }
  return start;
}

/** `block` outputs together, tap after tap; zeros where there are no more. `packed` is zeros before. */
export function pack(packed: usize, weights: usize, places: usize, taps: usize, outputs: usize, block: usize): void {
  const size = block << 2;
  for (let t: usize = 0; t < taps; t++) {
    let from = weights + (<usize>load<u32>(places + (t << 2)) << 2);
    let to = packed + t * size;
    let left = outputs;
    for (; left >= block; left -= block, to += size * taps, from += size)
      for (let b: usize = 0; b < size; b += 16) v128.store(to + b, v128.load(from + b));
    for (let o: usize = 0; o < left; o++) store<f32>(to + (o << 2), load<f32>(from + (o << 2)));
  }
}
