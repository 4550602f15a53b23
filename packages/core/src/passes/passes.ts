import { plain } from './plain.ts';
import { LARGEST_ROOM, type Room, type SimdPasses, simdPasses } from './simd.ts';

export { LARGEST_ROOM, type Room };

/** A part of a key's 32 bits. */
export interface Digit {
  readonly shift: number;
  readonly width: number;
}

/**
 * Passes over many float32 scores and over masks of one bit per element, where the time of a cut goes. The result is the
 * same bit by bit, whatever runs them.
 */
export interface Passes {
  /** |x| over x. */
  absolute(values: Float32Array): void;
  /** x² over x. */
  square(values: Float32Array): void;
  /** Whether no value is infinite or NaN. */
  isFinite(values: Float32Array): boolean;
  /**
   * Counts the scores below `low`, and writes those from there to `high` into `inside` from a place on, as far as there
   * is room; `end` is where they end if there is.
   */
  band(
    scores: Float32Array,
    low: number,
    high: number,
    inside: Float32Array,
    from: number,
  ): { readonly below: number; readonly end: number };
  /** A bit per score into the bytes from a place on: 1 where the score is not below the line. */
  above(scores: Float32Array, line: number, bytes: Uint8Array, from: number): void;
  countEqual(scores: Float32Array, value: number): number;
  /** Adds to `counts` how often each value of a digit comes among the keys of the scores (see `toKey`) that begin with `known`. */
  countDigit(scores: Float32Array, digit: Digit, known: number, counts: Uint32Array): void;
  /** The first of the counts up to which their sum exceeds `rank`, and what of the rank falls to it; their number where none does. */
  reach(counts: Uint32Array, rank: number): { readonly at: number; readonly left: number };
  /** −∞ where the bit is 0, and only there: −∞ elsewhere becomes the lowest that is finite. */
  sink(scores: Float32Array, bytes: Uint8Array, from: number): void;
  /** 0 where the bit is 0. */
  zero(values: Float32Array, bytes: Uint8Array, from: number): void;
  /** 0 or 1 for each bit. */
  spread(bytes: Uint8Array, values: Float32Array | Uint8Array): void;
  countOnes(bytes: Uint8Array): number;
  /** Bits that are set in both, over the first ones. */
  and(bytes: Uint8Array, others: Uint8Array): void;
}

/** What a call of SIMD costs by itself is more than plain code takes for fewer. */
const FEW = 256;

let simd: SimdPasses | null | undefined;

/** The fastest passes over so many elements on this engine. */
export function passes(count: number): Passes {
  return (count < FEW ? undefined : fastest()) ?? plain;
}

/** An array of at most `LARGEST_ROOM` elements for values that passes go over more than once: they are not copied for it. Release it. */
export function takeRoom(size: number): Room {
  return fastest()?.takeRoom(size) ?? { values: new Float32Array(size), release() {} };
}

function fastest(): SimdPasses | null {
  if (simd === undefined) simd = simdPasses();
  return simd;
}
