import { abs, add, div, lanes, madd, max, min, mul, splat, sub, whereLess } from './lane';
import { erf, exp, expm1, sigmoid, softplus, tanh } from './maths';
import { Lane } from './variant';

/** The numbers of src/kernels/activation.ts; up to CLIPPED they are the two bounds that every kernel holds its results to. */
export const CLIPPED: i32 = 2;

// @ts-ignore: decorator
@inline
export function lowest(kind: i32): f32 {
  return kind == 0 || kind > CLIPPED ? -Infinity : 0;
}

// @ts-ignore: decorator
@inline
export function highest(kind: i32, alpha: f32): f32 {
  return kind == CLIPPED ? alpha : Infinity;
}

// @ts-ignore: decorator
@inline
function activated(kind: i32, x: Lane, alpha: f32): Lane {
  const zero = splat<Lane>(0);
  const one = splat<Lane>(1);
  switch (kind) {
    case 3: // leakyRelu
      return whereLess<Lane>(x, zero, mul<Lane>(x, splat<Lane>(alpha)), x);
    case 4: // elu
      return whereLess<Lane>(x, zero, mul<Lane>(splat<Lane>(alpha), expm1<Lane>(min<Lane>(x, zero))), x);
    case 5: // selu
      return mul<Lane>(
        splat<Lane>(1.05070098735548049),
        whereLess<Lane>(x, zero, mul<Lane>(splat<Lane>(1.67326324235437728), expm1<Lane>(min<Lane>(x, zero))), x),
      );
    case 6:
      return sigmoid<Lane>(x);
    case 7: // hardSigmoid
      return min<Lane>(max<Lane>(madd<Lane>(x, splat<Lane>(0.2), splat<Lane>(0.5)), zero), one);
    case 8:
      return tanh<Lane>(x);
    case 9:
      return softplus<Lane>(x);
    case 10: // softsign
      return div<Lane>(x, add<Lane>(one, abs<Lane>(x)));
    case 11: // swish
      return mul<Lane>(x, sigmoid<Lane>(mul<Lane>(x, splat<Lane>(alpha))));
    case 12: // gelu
      return mul<Lane>(mul<Lane>(x, splat<Lane>(0.5)), add<Lane>(one, erf<Lane>(mul<Lane>(x, splat<Lane>(0.70710678118654752)))));
    case 13: {
      // geluNew
      const cubic = madd<Lane>(mul<Lane>(mul<Lane>(x, x), x), splat<Lane>(0.044715), x);
      return mul<Lane>(mul<Lane>(x, splat<Lane>(0.5)), add<Lane>(one, tanh<Lane>(mul<Lane>(cubic, splat<Lane>(0.79788456080286536)))));
    }
    case 14: {
      // mish: x·tanh(ln(1 + eˣ)) = x·(e² + 2e) / (e² + 2e + 2) with e = eˣ, and x itself where e² would overflow
      const e = exp<Lane>(min<Lane>(x, splat<Lane>(20)));
      const n = mul<Lane>(e, add<Lane>(e, splat<Lane>(2)));
      return mul<Lane>(x, div<Lane>(n, add<Lane>(n, splat<Lane>(2))));
    }
    case 15:
      return exp<Lane>(x);
    case 16: // thresholded
      return whereLess<Lane>(splat<Lane>(alpha), x, x, zero);
    case 17:
      return abs<Lane>(x);
  }
  return x;
}

/** One activation over a stretch of memory, whole vectors at a time. */
export function activate(kind: i32, output: usize, input: usize, count: usize, alpha: f32): void {
  const step = lanes<Lane>() << 2;
  const end = input + (count << 2);
  if (kind <= CLIPPED) {
    const lo = splat<Lane>(lowest(kind));
    const hi = splat<Lane>(highest(kind, alpha));
    for (; input < end; input += step, output += step) store<Lane>(output, min<Lane>(max<Lane>(load<Lane>(input), lo), hi));
    return;
  }
  for (; input < end; input += step, output += step) store<Lane>(output, activated(kind, load<Lane>(input), alpha));
}

/** An activation that is not two bounds, over planes: of all rows at once where the vectors of one reach into the next. */
export function activatePlanes(
  kind: i32, output: usize, stride: usize, pitch: usize, outputs: usize, rows: usize, columns: usize, alpha: f32,
): void {
  if (kind <= CLIPPED) return;
  const isApart = pitch >= ((columns + 3) & ~3) << 2;
  for (; outputs > 0; outputs--, output += stride) {
    if (isApart) for (let y: usize = 0; y < rows; y++) activate(kind, output + y * pitch, output + y * pitch, columns, alpha);
    else activate(kind, output, output, ((rows - 1) * pitch) / 4 + columns, alpha);
  }
}
