import { activate, CLIPPED, highest, lowest } from './activation';
import { add, lanes, madd, max, min, splat, spread, sumOf } from './lane';
import { Lane } from './variant';

/** Four elements of the input by their indices. */
// @ts-ignore: decorator
@inline
function gathered<I>(input: usize, i: usize): v128 {
  let x = v128.load32_zero(input + (<usize>load<I>(i) << 2));
  x = v128.load_lane<f32>(input + (<usize>load<I>(i, sizeof<I>()) << 2), x, 1);
  x = v128.load_lane<f32>(input + (<usize>load<I>(i, 2 * sizeof<I>()) << 2), x, 2);
  return v128.load_lane<f32>(input + (<usize>load<I>(i, 3 * sizeof<I>()) << 2), x, 3);
}

/** Dot products of sparse rows with one vector: several sums at a time, because each waits for the one before it. */
function dots<I>(
  output: usize, outputs: usize, input: usize, starts: usize, indices: usize, values: usize, bias: usize, kind: i32, alpha: f32,
): void {
  const lo = lowest(kind);
  const hi = highest(kind, alpha);
  let i = indices + <usize>load<u32>(starts) * sizeof<I>();
  let v = values + (<usize>load<u32>(starts) << 2);
  const all = output + (outputs << 2);
  for (let out = output; out < all; out += 4) {
    starts += 4;
    const end = values + (<usize>load<u32>(starts) << 2);
    let a: f32 = 0;
    if (bias) {
      a = load<f32>(bias);
      bias += 4;
    }
    let b: f32 = 0, c: f32 = 0, d: f32 = 0;
    if (isVector<Lane>()) {
      let s = f32x4.splat(0);
      let t = s;
      for (; v + 32 <= end; v += 32, i += 8 * sizeof<I>()) {
        s = madd<v128>(v128.load(v), gathered<I>(input, i), s);
        t = madd<v128>(v128.load(v, 16), gathered<I>(input, i + 4 * sizeof<I>()), t);
      }
      a += sumOf<v128>(f32x4.add(s, t));
    }
    for (; v + 16 <= end; v += 16, i += 4 * sizeof<I>()) {
      a += load<f32>(v) * load<f32>(input + (<usize>load<I>(i) << 2));
      b += load<f32>(v, 4) * load<f32>(input + (<usize>load<I>(i, sizeof<I>()) << 2));
      c += load<f32>(v, 8) * load<f32>(input + (<usize>load<I>(i, 2 * sizeof<I>()) << 2));
      d += load<f32>(v, 12) * load<f32>(input + (<usize>load<I>(i, 3 * sizeof<I>()) << 2));
    }
    for (; v < end; v += 4, i += sizeof<I>()) a += load<f32>(v) * load<f32>(input + (<usize>load<I>(i) << 2));
    store<f32>(out, min<f32>(max<f32>(a + b + (c + d), lo), hi));
  }
  if (kind > CLIPPED) activate(kind, output, output, outputs, alpha);
}

export function sparseDense(
  output: usize, outputs: usize, input: usize, starts: usize, indices: usize, values: usize, bias: usize, kind: i32, alpha: f32,
): void {
  dots<u16>(output, outputs, input, starts, indices, values, bias, kind, alpha);
}

/** The same with indices of 32 bits, for more than 65,536 inputs. */
export function sparseDenseWide(
  output: usize, outputs: usize, input: usize, starts: usize, indices: usize, values: usize, bias: usize, kind: i32, alpha: f32,
): void {
  dots<u32>(output, outputs, input, starts, indices, values, bias, kind, alpha);
}

/** Weights of sixteen outputs stand together, one input after the other; zeros fill up the last block. */
export const BLOCK: usize = 16;

export function dense(
  output: usize, outputs: usize, input: usize, inputs: usize, weights: usize, bias: usize, kind: i32, alpha: f32,
): void {
  const vector = lanes<Lane>() << 2;
  const inputEnd = input + (inputs << 2);
  const pairEnd = input + ((inputs & ~1) << 2);
  const end = output + (outputs << 2);
  for (let block = output; block < end; block += BLOCK << 2, weights += inputs * (BLOCK << 2)) {
    // With SIMD four vectors are a block; without, four numbers are a quarter of one.
    for (let part: usize = 0; part < BLOCK << 2; part += 4 * vector) {
      let w = weights + part;
      let p = input;
      let a0 = splat<Lane>(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (; p < pairEnd; p += 8, w += BLOCK << 3) {
        const x = spread<Lane>(p);
        const y = spread<Lane>(p + 4);
        a0 = madd<Lane>(x, load<Lane>(w), a0);
        a1 = madd<Lane>(x, load<Lane>(w + vector), a1);
        a2 = madd<Lane>(x, load<Lane>(w + 2 * vector), a2);
        a3 = madd<Lane>(x, load<Lane>(w + 3 * vector), a3);
        b0 = madd<Lane>(y, load<Lane>(w + (BLOCK << 2)), b0);
        b1 = madd<Lane>(y, load<Lane>(w + (BLOCK << 2) + vector), b1);
        b2 = madd<Lane>(y, load<Lane>(w + (BLOCK << 2) + 2 * vector), b2);
        b3 = madd<Lane>(y, load<Lane>(w + (BLOCK << 2) + 3 * vector), b3);
      }
      if (p < inputEnd) {
        const x = spread<Lane>(p);
        a0 = madd<Lane>(x, load<Lane>(w), a0);
        a1 = madd<Lane>(x, load<Lane>(w + vector), a1);
        a2 = madd<Lane>(x, load<Lane>(w + 2 * vector), a2);
        a3 = madd<Lane>(x, load<Lane>(w + 3 * vector), a3);
      }
      const out = block + part;
      put(out, end, add<Lane>(a0, b0), bias ? bias + (out - output) : 0, kind, alpha);
      put(out + vector, end, add<Lane>(a1, b1), bias ? bias + (out + vector - output) : 0, kind, alpha);
      put(out + 2 * vector, end, add<Lane>(a2, b2), bias ? bias + (out + 2 * vector - output) : 0, kind, alpha);
      put(out + 3 * vector, end, add<Lane>(a3, b3), bias ? bias + (out + 3 * vector - output) : 0, kind, alpha);
    }
  }
  if (kind > CLIPPED) activate(kind, output, output, outputs, alpha);
}

function put(out: usize, end: usize, sum: Lane, bias: usize, kind: i32, alpha: f32): void {
  if (out >= end) return;
  const value = bias ? add<Lane>(sum, load<Lane>(bias)) : sum;
  store<Lane>(out, min<Lane>(max<Lane>(value, splat<Lane>(lowest(kind))), splat<Lane>(highest(kind, alpha))));
}
