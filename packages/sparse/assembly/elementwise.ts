import { add, div, lanes, max, min, mul, splat, spread, sub, whereLess } from './lane';
import { activate, CLIPPED, highest, lowest } from './activation';
import { madd } from './lane';
import { Lane } from './variant';

// @ts-ignore: decorator
@inline
function combine(kind: i32, a: Lane, b: Lane): Lane {
  switch (kind) {
    case 0:
      return add<Lane>(a, b);
    case 1:
      return sub<Lane>(a, b);
    case 2:
      return mul<Lane>(a, b);
    case 3:
      return max<Lane>(a, b);
    case 4:
      return min<Lane>(a, b);
    case 5: // prelu
      return whereLess<Lane>(a, splat<Lane>(0), mul<Lane>(a, b), a);
  }
  return div<Lane>(a, b);
}

export function binary(
  kind: i32, output: usize, outputStride: usize, a: usize, aStride: usize, b: usize, bStride: usize, rows: usize, count: usize,
): void {
  const bytes = count << 2;
  for (; rows > 0; rows--, output += outputStride, a += aStride, b += bStride)
    for (let x: usize = 0; x < bytes; x += lanes<Lane>() << 2) store<Lane>(output + x, combine(kind, load<Lane>(a + x), load<Lane>(b + x)));
}

/** One number of b for each row of a. */
export function binaryByRow(
  kind: i32, output: usize, outputStride: usize, a: usize, aStride: usize, b: usize, rows: usize, count: usize,
): void {
  const bytes = count << 2;
  for (; rows > 0; rows--, output += outputStride, a += aStride, b += 4) {
    const value = spread<Lane>(b);
    for (let x: usize = 0; x < bytes; x += lanes<Lane>() << 2) store<Lane>(output + x, combine(kind, load<Lane>(a + x), value));
  }
}

export function affine(
  output: usize, outputStride: usize, input: usize, inputStride: usize, channels: usize, count: usize, scale: usize, shift: usize,
  kind: i32, alpha: f32,
): void {
  const bytes = count << 2;
  const lo = splat<Lane>(lowest(kind));
  const hi = splat<Lane>(highest(kind, alpha));
  for (; channels > 0; channels--, output += outputStride, input += inputStride, scale += 4, shift += 4) {
    const s = spread<Lane>(scale);
    const t = spread<Lane>(shift);
    for (let x: usize = 0; x < bytes; x += lanes<Lane>() << 2)
      store<Lane>(output + x, min<Lane>(max<Lane>(madd<Lane>(load<Lane>(input + x), s, t), lo), hi));
    if (kind > CLIPPED) activate(kind, output, output, count, alpha);
  }
}
