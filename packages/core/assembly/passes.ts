// Passes over float32 scores and over masks of one bit per element, 16 elements at a time. Addresses are in bytes.

const POWERS = i32x4(1, 2, 4, 8);

/** How many scores the last `band` found below. */
export let below: i32 = 0;

export function absolute(at: usize, end: usize): void {
  const last = at + ((end - at) & ~15);
  for (; at < last; at += 16) v128.store(at, f32x4.abs(v128.load(at)));
  for (; at < end; at += 4) store<f32>(at, abs(load<f32>(at)));
}

export function square(at: usize, end: usize): void {
  const last = at + ((end - at) & ~15);
  for (; at < last; at += 16) {
    const x = v128.load(at);
    v128.store(at, f32x4.mul(x, x));
  }
  for (; at < end; at += 4) store<f32>(at, load<f32>(at) * load<f32>(at));
}

/** 1 where all are finite: neither infinite nor NaN. */
export function finite(at: usize, end: usize): i32 {
  const exponent = i32x4.splat(0x7f800000);
  let found = i32x4.splat(0);
  const last = at + ((end - at) & ~31);
  for (; at < last; at += 32) {
    const a = i32x4.eq(v128.and(v128.load(at), exponent), exponent);
    const b = i32x4.eq(v128.and(v128.load(at, 16), exponent), exponent);
    found = v128.or(found, v128.or(a, b));
  }
  for (; at < end; at += 4) if ((load<u32>(at) & 0x7f800000) == 0x7f800000) return 0;
  return i32(!v128.any_true(found));
}

/** Bits of 16 lanes, from four comparisons. */
// @ts-ignore: decorator
@inline
function bitsOf(a: v128, b: v128, c: v128, d: v128): u32 {
  return <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
}

/** Counts what is below `low`, copies what lies from there to `high` to `out`, and answers with where that ends. */
export function band(at: usize, end: usize, low: f32, high: f32, out: usize): usize {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  let under = i32x4.splat(0);
  const last = at + ((end - at) & ~63);
  for (; at < last; at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const la = f32x4.lt(a, lo);
    const lb = f32x4.lt(b, lo);
    const lc = f32x4.lt(c, lo);
    const ld = f32x4.lt(d, lo);
    under = i32x4.add(under, i32x4.add(i32x4.add(la, lb), i32x4.add(lc, ld)));
    const ia = v128.andnot(f32x4.le(a, hi), la);
    const ib = v128.andnot(f32x4.le(b, hi), lb);
    const ic = v128.andnot(f32x4.le(c, hi), lc);
    const id = v128.andnot(f32x4.le(d, hi), ld);
    if (!v128.any_true(v128.or(v128.or(ia, ib), v128.or(ic, id)))) continue;
    for (let bits = bitsOf(ia, ib, ic, id); bits; bits &= bits - 1) {
      store<f32>(out, load<f32>(at + (ctz(bits) << 2)));
      out += 4;
    }
  }
  let count = -(i32x4.extract_lane(under, 0) + i32x4.extract_lane(under, 1) + i32x4.extract_lane(under, 2) + i32x4.extract_lane(under, 3));
  for (; at < end; at += 4) {
    const x = load<f32>(at);
    count += i32(x < low);
    if (x >= low && x <= high) {
      store<f32>(out, x);
      out += 4;
    }
  }
  below = count;
  return out;
}

/** A bit per element: 1 where it is not below the line. The bits of a last, broken 16 are zero. */
export function above(at: usize, end: usize, line: f32, bits: usize): void {
  const by = f32x4.splat(line);
  for (; at < end; at += 64) {
    let kept = bitsOf(
      f32x4.ge(v128.load(at), by),
      f32x4.ge(v128.load(at, 16), by),
      f32x4.ge(v128.load(at, 32), by),
      f32x4.ge(v128.load(at, 48), by),
    );
    if (end - at < 64) kept &= (1 << <u32>((end - at) >> 2)) - 1;
    store<u16>(bits, <u16>kept);
    bits += 2;
  }
}

export function equal(at: usize, end: usize, value: f32): i32 {
  const by = f32x4.splat(value);
  let found = i32x4.splat(0);
  const last = at + ((end - at) & ~15);
  for (; at < last; at += 16) found = i32x4.sub(found, f32x4.eq(v128.load(at), by));
  let count = i32x4.extract_lane(found, 0) + i32x4.extract_lane(found, 1) + i32x4.extract_lane(found, 2) + i32x4.extract_lane(found, 3);
  for (; at < end; at += 4) count += i32(load<f32>(at) == value);
  return count;
}

/** The key of a float by which unsigned numbers have the floats' order; −0 and 0 have one. */
// @ts-ignore: decorator
@inline
function keyOf(bits: u32): u32 {
  if (bits == 0x80000000) return bits;
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000);
}

/** Counts, into u32s, the digit at `shift` of all keys whose bits from `above` on are `known`; all where `above` is 32. */
export function digits(at: usize, end: usize, shift: u32, most: u32, above: u32, known: u32, counts: usize): void {
  for (; at < end; at += 4) {
    const key = keyOf(load<u32>(at));
    if (above < 32 && key >> above != known) continue;
    const place = counts + (((key >> shift) & most) << 2);
    store<u32>(place, load<u32>(place) + 1);
  }
}

/** The first of these u32s up to which their sum exceeds `rank`, by its number; `below` is what of the rank falls to it. */
export function reach(at: usize, end: usize, rank: u32): u32 {
  let place: u32 = 0;
  for (; at < end; at += 4) {
    const here = load<u32>(at);
    if (rank < here) break;
    rank -= here;
    place++;
  }
  below = <i32>rank;
  return place;
}

/** Bits that are set in both, over the first ones; in whole 16 bytes. */
export function both(at: usize, end: usize, other: usize): void {
  for (; at < end; at += 16) {
    v128.store(at, v128.and(v128.load(at), v128.load(other)));
    other += 16;
  }
}

/** All ones in the lanes whose bits, from the lowest on, are set. */
// @ts-ignore: decorator
@inline
function lanesOf(bits: u32): v128 {
  return i32x4.eq(v128.and(i32x4.splat(bits), POWERS), POWERS);
}

/** −∞ where the bit is 0; what is −∞ elsewhere becomes the lowest that is finite. */
export function sink(at: usize, end: usize, bits: usize): void {
  const pruned = f32x4.splat(-Infinity);
  const lowest = f32x4.splat(-f32.MAX_VALUE);
  const last = at + ((end - at) & ~63);
  for (; at < last; at += 64) {
    const kept = <u32>load<u16>(bits);
    bits += 2;
    for (let lane: usize = 0; lane < 64; lane += 16) {
      const x = f32x4.pmax(v128.load(at + lane), lowest);
      v128.store(at + lane, v128.bitselect(x, pruned, lanesOf(kept >> <u32>(lane >> 2))));
    }
  }
  for (let kept = <u32>load<u16>(bits); at < end; at += 4) {
    if (!(kept & 1)) store<f32>(at, -Infinity);
    else if (load<f32>(at) == -Infinity) store<f32>(at, -f32.MAX_VALUE);
    kept >>= 1;
  }
}

/** 0 where the bit is 0. */
export function zero(at: usize, end: usize, bits: usize): void {
  const last = at + ((end - at) & ~63);
  for (; at < last; at += 64) {
    const kept = <u32>load<u16>(bits);
    bits += 2;
    if (kept == 0xffff) continue;
    for (let lane: usize = 0; lane < 64; lane += 16) {
      v128.store(at + lane, v128.and(v128.load(at + lane), lanesOf(kept >> <u32>(lane >> 2))));
    }
  }
  for (let kept = <u32>load<u16>(bits); at < end; at += 4) {
    if (!(kept & 1)) store<f32>(at, 0);
    kept >>= 1;
  }
}

/** A float of 0 or 1 per bit, in whole 16s. */
export function floats(bits: usize, end: usize, out: usize): void {
  const one = f32x4.splat(1);
  for (; bits < end; bits += 2) {
    const kept = <u32>load<u16>(bits);
    for (let lane: usize = 0; lane < 64; lane += 16) v128.store(out + lane, v128.and(one, lanesOf(kept >> <u32>(lane >> 2))));
    out += 64;
  }
}

/** A byte of 0 or 1 per bit, in whole 16s. */
export function bytes(bits: usize, end: usize, out: usize): void {
  const powers = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const one = i8x16.splat(1);
  for (; bits < end; bits += 2) {
    const both = i16x8.splat(load<i16>(bits));
    const spread = v128.shuffle<i8>(both, both, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    v128.store(out, v128.and(i8x16.eq(v128.and(spread, powers), powers), one));
    out += 16;
  }
}

/** How many bits are set, in whole 16 bytes. */
export function ones(at: usize, end: usize): i32 {
  let count = i32x4.splat(0);
  for (; at < end; at += 16) {
    count = i32x4.add(count, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(v128.load(at)))));
  }
  return i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1) + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3);
}
