import { abs, add, div, exponent, floor, fraction, madd, max, min, mul, nearest, powerOfTwo, splat, sub, whereLess } from './lane';

/**
 * exp(x) - 1 = 2ⁿ(1 + t) - 1 with x = n·ln 2 + r, |r| ≤ ln 2 / 2 and t = r + r²·p(r), p a polynomial of degree 5: what is common to
 * exp and expm1. Within 2 units in the last place.
 */
// @ts-ignore: decorator
@inline
function reduced<T>(x: T, n: T): T {
  let r = madd<T>(n, splat<T>(-0.693359375), x);
  r = madd<T>(n, splat<T>(2.12194440e-4), r);
  let p = madd<T>(splat<T>(1.9875691500e-4), r, splat<T>(1.3981999507e-3));
  p = madd<T>(p, r, splat<T>(8.3334519073e-3));
  p = madd<T>(p, r, splat<T>(4.1665795894e-2));
  p = madd<T>(p, r, splat<T>(1.6666665459e-1));
  p = madd<T>(p, r, splat<T>(5.0000001201e-1));
  return madd<T>(p, mul<T>(r, r), r);
}

/** eˣ to 2e-7 relative; 0 below -104, infinite above 88.73. */
export function exp<T>(x: T): T {
  const inside = min<T>(max<T>(x, splat<T>(-105)), splat<T>(90));
  const n = nearest<T>(mul<T>(inside, splat<T>(1.44269504088896341)));
  const t = add<T>(reduced<T>(inside, n), splat<T>(1));
  // In two steps: 2ⁿ alone is no normal number near both ends.
  const half = floor<T>(mul<T>(n, splat<T>(0.5)));
  return mul<T>(mul<T>(t, powerOfTwo<T>(half)), powerOfTwo<T>(sub<T>(n, half)));
}

/** eˣ - 1 to 3e-7 relative, for x up to 80. */
export function expm1<T>(x: T): T {
  const inside = max<T>(x, splat<T>(-40));
  const n = nearest<T>(mul<T>(inside, splat<T>(1.44269504088896341)));
  const power = powerOfTwo<T>(n);
  return madd<T>(reduced<T>(inside, n), power, sub<T>(power, splat<T>(1)));
}

/** ln x of a positive normal number, to 2e-7 relative. */
export function log<T>(x: T): T {
  const half = splat<T>(0.70710678118654752);
  let m = fraction<T>(x);
  const e = sub<T>(exponent<T>(x), whereLess<T>(m, half, splat<T>(1), splat<T>(0)));
  m = sub<T>(add<T>(m, whereLess<T>(m, half, m, splat<T>(0))), splat<T>(1));
  const z = mul<T>(m, m);
  let y = madd<T>(splat<T>(7.0376836292e-2), m, splat<T>(-1.1514610310e-1));
  y = madd<T>(y, m, splat<T>(1.1676998740e-1));
  y = madd<T>(y, m, splat<T>(-1.2420140846e-1));
  y = madd<T>(y, m, splat<T>(1.4249322787e-1));
  y = madd<T>(y, m, splat<T>(-1.6668057665e-1));
  y = madd<T>(y, m, splat<T>(2.0000714765e-1));
  y = madd<T>(y, m, splat<T>(-2.4999993993e-1));
  y = madd<T>(y, m, splat<T>(3.3333331174e-1));
  y = mul<T>(mul<T>(y, m), z);
  y = madd<T>(e, splat<T>(-2.12194440e-4), y);
  y = madd<T>(z, splat<T>(-0.5), y);
  return madd<T>(e, splat<T>(0.693359375), add<T>(m, y));
}

/** ln(1 + u) of u from 0 to 1: what 1 + u loses in rounding is given back by u / ((1 + u) - 1). */
// @ts-ignore: decorator
@inline
function log1p<T>(u: T): T {
  const w = add<T>(u, splat<T>(1));
  const lost = sub<T>(w, splat<T>(1));
  return whereLess<T>(splat<T>(0), lost, div<T>(mul<T>(log<T>(w), u), lost), u);
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^-|x|). */
// @ts-ignore: decorator
@inline
export function softplus<T>(x: T): T {
  return add<T>(max<T>(x, splat<T>(0)), log1p<T>(exp<T>(sub<T>(splat<T>(0), abs<T>(x)))));
}

/** (e²ˣ - 1) / (e²ˣ + 1), which is ±1 in float32 from 9.02 on. */
export function tanh<T>(x: T): T {
  const inside = min<T>(max<T>(x, splat<T>(-9.02)), splat<T>(9.02));
  const t = expm1<T>(add<T>(inside, inside));
  return div<T>(t, add<T>(t, splat<T>(2)));
}

/** 1 / (1 + e⁻ˣ). */
// @ts-ignore: decorator
@inline
export function sigmoid<T>(x: T): T {
  return div<T>(splat<T>(1), add<T>(splat<T>(1), exp<T>(sub<T>(splat<T>(0), x))));
}

/** The error function by Abramowitz and Stegun 7.1.26, as tfjs has it: to 1.5e-7 absolute. */
// @ts-ignore: decorator
@inline
export function erf<T>(x: T): T {
  const a = abs<T>(x);
  const t = div<T>(splat<T>(1), madd<T>(splat<T>(0.3275911), a, splat<T>(1)));
  let p = madd<T>(splat<T>(1.061405429), t, splat<T>(-1.453152027));
  p = madd<T>(p, t, splat<T>(1.421413741));
  p = madd<T>(p, t, splat<T>(-0.284496736));
  p = madd<T>(p, t, splat<T>(0.254829592));
  p = mul<T>(mul<T>(p, t), exp<T>(sub<T>(splat<T>(0), mul<T>(a, a))));
  const y = sub<T>(splat<T>(1), p);
  return whereLess<T>(x, splat<T>(0), sub<T>(splat<T>(0), y), y);
}
