/**
 * What the kernels compute with: T is v128 (four elements at a time) where there is SIMD, and f32 where there is none, so that
 * every kernel is written once. All of it is inlined.
 */

/** Elements of a T. */
// @ts-ignore: decorator
@inline
export function lanes<T>(): usize {
  return isVector<T>() ? 4 : 1;
}

// @ts-ignore: decorator
@inline
export function splat<T>(value: f32): T {
  if (isVector<T>()) return f32x4.splat(value);
  return value as T;
}

/** The element at a place in all lanes. */
// @ts-ignore: decorator
@inline
export function spread<T>(pointer: usize): T {
  if (isVector<T>()) return v128.load32_splat(pointer);
  return load<f32>(pointer) as T;
}

// @ts-ignore: decorator
@inline
export function add<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.add(a, b);
  return (a + b) as T;
}

// @ts-ignore: decorator
@inline
export function sub<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.sub(a, b);
  return (a - b) as T;
}

// @ts-ignore: decorator
@inline
export function mul<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.mul(a, b);
  return (a * b) as T;
}

// @ts-ignore: decorator
@inline
export function div<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.div(a, b);
  return (a / b) as T;
}

/** a·b + c, rounded once where relaxed SIMD has it. */
// @ts-ignore: decorator
@inline
export function madd<T>(a: T, b: T, c: T): T {
  if (isVector<T>()) {
    if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
    return f32x4.add(f32x4.mul(a, b), c);
  }
  return (a * b + c) as T;
}

/** b where it is less, else a: a NaN in a stays. */
// @ts-ignore: decorator
@inline
export function min<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.pmin(a, b);
  return (b < a ? b : a) as T;
}

/** b where it is greater, else a: a NaN in a stays. */
// @ts-ignore: decorator
@inline
export function max<T>(a: T, b: T): T {
  if (isVector<T>()) return f32x4.pmax(a, b);
  return (a < b ? b : a) as T;
}

// @ts-ignore: decorator
@inline
export function abs<T>(a: T): T {
  if (isVector<T>()) return f32x4.abs(a);
  return f32.abs(a) as T;
}

// @ts-ignore: decorator
@inline
export function nearest<T>(a: T): T {
  if (isVector<T>()) return f32x4.nearest(a);
  return f32.nearest(a) as T;
}

// @ts-ignore: decorator
@inline
export function floor<T>(a: T): T {
  if (isVector<T>()) return f32x4.floor(a);
  return f32.floor(a) as T;
}

// @ts-ignore: decorator
@inline
export function sqrt<T>(a: T): T {
  if (isVector<T>()) return f32x4.sqrt(a);
  return f32.sqrt(a) as T;
}

/** Where a < b, yes, else no. */
// @ts-ignore: decorator
@inline
export function whereLess<T>(a: T, b: T, yes: T, no: T): T {
  if (isVector<T>()) return v128.bitselect(yes, no, f32x4.lt(a, b));
  return (a < b ? yes : no) as T;
}

/** The bits that a mask has as well. */
// @ts-ignore: decorator
@inline
export function keep<T>(a: T, mask: T): T {
  if (isVector<T>()) return v128.and(a, mask);
  return reinterpret<f32>(reinterpret<u32>(a) & reinterpret<u32>(mask)) as T;
}

/** 2ⁿ of whole n from -126 to 127; NaN gives some power. */
// @ts-ignore: decorator
@inline
export function powerOfTwo<T>(n: T): T {
  if (isVector<T>()) return i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  const whole = n != n ? 0 : i32(n);
  return reinterpret<f32>((whole + 127) << 23) as T;
}

/** The exponent of a positive normal number as its fraction in [0.5, 1) has it. */
// @ts-ignore: decorator
@inline
export function exponent<T>(a: T): T {
  if (isVector<T>()) return f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(a, 23), i32x4.splat(126)));
  return f32(i32(reinterpret<u32>(a) >> 23) - 126) as T;
}

/** The fraction, in [0.5, 1), of a positive normal number. */
// @ts-ignore: decorator
@inline
export function fraction<T>(a: T): T {
  if (isVector<T>()) return v128.or(v128.and(a, i32x4.splat(0x7fffff)), i32x4.splat(0x3f000000));
  return reinterpret<f32>((reinterpret<u32>(a) & 0x7fffff) | 0x3f000000) as T;
}

/** The sum of the lanes. */
// @ts-ignore: decorator
@inline
export function sumOf<T>(a: T): f32 {
  if (isVector<T>())
    return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3));
  return a as f32;
}

/** The greatest of the lanes. */
// @ts-ignore: decorator
@inline
export function greatestOf<T>(a: T): f32 {
  if (isVector<T>())
    return f32.max(
      f32.max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
      f32.max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
    );
  return a as f32;
}
