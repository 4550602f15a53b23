import { activatePlanes, highest, lowest } from './activation';
import { lanes, madd, max, min, splat, spread } from './lane';
import { Lane } from './variant';

/**
 * Every tap's weight at four outputs meets two vectors of columns, eight sums at a time; the columns are first gathered into `panel`,
 * tap after tap, so that all outputs read them in order.
 */
export function conv(
  output: usize, stride: usize, pitch: usize, outputs: usize, rows: usize, columns: usize, input: usize, inputPitch: usize,
  offsets: usize, taps: usize, weights: usize, bias: usize, kind: i32, alpha: f32, panel: usize,
): void {
  const vector = lanes<Lane>() << 2;
  const across = (columns + lanes<Lane>() - 1) / lanes<Lane>();
  const lo = splat<Lane>(lowest(kind));
  const hi = splat<Lane>(highest(kind, alpha));
  const panelEnd = panel + taps * 2 * vector;
  const total = rows * across;
  let row: usize = 0;
  let at: usize = 0;
  for (let done: usize = 0; done < total; done += 2) {
    const in0 = input + row * inputPitch + at * vector;
    const out0 = output + row * pitch + at * vector;
    if (++at == across) {
      at = 0;
      row++;
    }
    let in1 = in0;
    let out1 = out0;
    if (done + 1 < total) {
      in1 = input + row * inputPitch + at * vector;
      out1 = output + row * pitch + at * vector;
      if (++at == across) {
        at = 0;
        row++;
      }
    }
    let offset = offsets;
    for (let p = panel; p < panelEnd; p += 2 * vector, offset += 4) {
      const tap = <usize>load<u32>(offset);
      store<Lane>(p, load<Lane>(in0 + tap));
      store<Lane>(p + vector, load<Lane>(in1 + tap));
    }
    let w = weights;
    let b = bias;
    let shift: usize = 0;
    for (let o: usize = 0; o < outputs; o += 4, shift += 4 * stride) {
      let a0 = splat<Lane>(0), a1 = a0, a2 = a0, a3 = a0;
      if (b) {
        a0 = spread<Lane>(b);
        if (o + 1 < outputs) a1 = spread<Lane>(b + 4);
        if (o + 2 < outputs) a2 = spread<Lane>(b + 8);
        if (o + 3 < outputs) a3 = spread<Lane>(b + 12);
        b += 16;
      }
      let b0 = a0, b1 = a1, b2 = a2, b3 = a3;
      for (let p = panel; p < panelEnd; p += 2 * vector, w += 16) {
        const x = load<Lane>(p);
        const y = load<Lane>(p + vector);
        let s = spread<Lane>(w);
        a0 = madd<Lane>(s, x, a0);
        b0 = madd<Lane>(s, y, b0);
        s = spread<Lane>(w + 4);
        a1 = madd<Lane>(s, x, a1);
        b1 = madd<Lane>(s, y, b1);
        s = spread<Lane>(w + 8);
        a2 = madd<Lane>(s, x, a2);
        b2 = madd<Lane>(s, y, b2);
        s = spread<Lane>(w + 12);
        a3 = madd<Lane>(s, x, a3);
        b3 = madd<Lane>(s, y, b3);
      }
      put(out0 + shift, out1 + shift, a0, b0, lo, hi);
      if (o + 1 < outputs) put(out0 + shift + stride, out1 + shift + stride, a1, b1, lo, hi);
      if (o + 2 < outputs) put(out0 + shift + 2 * stride, out1 + shift + 2 * stride, a2, b2, lo, hi);
      if (o + 3 < outputs) put(out0 + shift + 3 * stride, out1 + shift + 3 * stride, a3, b3, lo, hi);
    }
  }
  activatePlanes(kind, output, stride, pitch, outputs, rows, columns, alpha);
}

// @ts-ignore: decorator
@inline
function put(out0: usize, out1: usize, a: Lane, b: Lane, lo: Lane, hi: Lane): void {
  store<Lane>(out0, min<Lane>(max<Lane>(a, lo), hi));
  store<Lane>(out1, min<Lane>(max<Lane>(b, lo), hi));
}
