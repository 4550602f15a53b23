import type { Passes } from './passes.ts';

/** Where a finite score ends: what is lower is −∞, which stands for pruned. */
export const LOWEST_FINITE = -(2 - 2 ** -23) * 2 ** 127;

/** What every engine runs. */
export const plain: Passes = {
  absolute(values) {
    // Four at a time: what a loop costs by itself is most of what this costs.
    const whole = values.length & ~3;
    for (let i = 0; i < whole; i += 4) {
      values[i] = Math.abs(values[i] as number);
      values[i + 1] = Math.abs(values[i + 1] as number);
      values[i + 2] = Math.abs(values[i + 2] as number);
      values[i + 3] = Math.abs(values[i + 3] as number);
    }
    for (let i = whole; i < values.length; i++) values[i] = Math.abs(values[i] as number);
  },

  square(values) {
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * (values[i] as number);
  },

  isFinite(values) {
    // Zero times any that is finite is zero. Four sums, so that none waits for the one before.
    let [a, b, c, d] = [0, 0, 0, 0];
    const whole = values.length & ~3;
    for (let i = 0; i < whole; i += 4) {
      a += (values[i] as number) * 0;
      b += (values[i + 1] as number) * 0;
      c += (values[i + 2] as number) * 0;
      d += (values[i + 3] as number) * 0;
    }
    for (let i = whole; i < values.length; i++) a += (values[i] as number) * 0;
    return a + b + c + d === 0;
  },

  band(scores, low, high, inside, from) {
    let below = 0;
    let end = from;
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] as number;
      // As numbers both comparisons cost no jump that would be guessed wrongly; what lies inside, where they differ, is rare.
      const isBelow = Number(score < low);
      below += isBelow;
      if (isBelow === Number(score <= high)) continue;
      if (end < inside.length) inside[end] = score;
      end++;
    }
    return { below, end };
  },

  above(scores, line, bytes, from) {
    const whole = scores.length >> 3;
    // A comparison as a number costs no jump that would be guessed wrongly.
    for (let i = 0, at = 0; i < whole; i++, at += 8) {
      bytes[from + i] =
        Number((scores[at] as number) >= line) |
        (Number((scores[at + 1] as number) >= line) << 1) |
        (Number((scores[at + 2] as number) >= line) << 2) |
        (Number((scores[at + 3] as number) >= line) << 3) |
        (Number((scores[at + 4] as number) >= line) << 4) |
        (Number((scores[at + 5] as number) >= line) << 5) |
        (Number((scores[at + 6] as number) >= line) << 6) |
        (Number((scores[at + 7] as number) >= line) << 7);
    }
    let last = 0;
    for (let i = whole * 8; i < scores.length; i++) last |= Number((scores[i] as number) >= line) << (i & 7);
    if (whole * 8 < scores.length) bytes[from + whole] = last;
  },

  countEqual(scores, value) {
    let count = 0;
    for (let i = 0; i < scores.length; i++) if (scores[i] === value) count++;
    return count;
  },

  countDigit(scores, { shift, width }, known, counts) {
    const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
    const above = shift + width;
    const most = counts.length - 1;
    for (let i = 0; i < bits.length; i++) {
      const key = toKey(bits[i] as number);
      if (above === 32 || key >>> above === known) addOne(counts, (key >>> shift) & most);
    }
  },

  reach(counts, rank) {
    let left = rank;
    for (let at = 0; at < counts.length; at++) {
      const here = counts[at] as number;
      if (left < here) return { at, left };
      left -= here;
    }
    return { at: counts.length, left };
  },

  sink(scores, bytes, from) {
    for (let i = 0; i < scores.length; i++) {
      if (!isSet(bytes, from, i)) scores[i] = Number.NEGATIVE_INFINITY;
      else if (scores[i] === Number.NEGATIVE_INFINITY) scores[i] = LOWEST_FINITE;
    }
  },

  zero(values, bytes, from) {
    const whole = values.length >> 3;
    // Most eights lose all or nothing.
    for (let i = 0, at = 0; i < whole; i++, at += 8) {
      const byte = bytes[from + i] as number;
      if (byte === 255) continue;
      for (let bit = 0; bit < 8; bit++) if (((byte >> bit) & 1) === 0) values[at + bit] = 0;
    }
    for (let i = whole * 8; i < values.length; i++) if (!isSet(bytes, from, i)) values[i] = 0;
  },

  spread(bytes, values) {
    const whole = values.length >> 3;
    for (let i = 0, at = 0; i < whole; i++, at += 8) {
      const byte = bytes[i] as number;
      values[at] = byte & 1;
      values[at + 1] = (byte >> 1) & 1;
      values[at + 2] = (byte >> 2) & 1;
      values[at + 3] = (byte >> 3) & 1;
      values[at + 4] = (byte >> 4) & 1;
      values[at + 5] = (byte >> 5) & 1;
      values[at + 6] = (byte >> 6) & 1;
      values[at + 7] = byte >> 7;
    }
    for (let i = whole * 8; i < values.length; i++) values[i] = Number(isSet(bytes, 0, i));
  },

  countOnes(bytes) {
    const whole = bytes.byteOffset % 4 === 0 ? bytes.length >> 2 : 0;
    const words = new Uint32Array(bytes.buffer, whole > 0 ? bytes.byteOffset : 0, whole);
    let count = 0;
    for (let i = 0; i < words.length; i++) count += onesIn(words[i] as number);
    for (let i = whole * 4; i < bytes.length; i++) count += onesIn(bytes[i] as number);
    return count;
  },

  and(bytes, others) {
    for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] as number) & (others[i] as number);
  },
};

/** Unsigned keys in the order of the floats; −0 and 0, which compare as equal, get one key. */
export function toKey(bits: number): number {
  if (bits === 0x80000000) return 0x80000000;
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}

function addOne(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] as number) + 1;
}

function isSet(bytes: Uint8Array, from: number, index: number): boolean {
  return (((bytes[from + (index >> 3)] as number) >> (index & 7)) & 1) === 1;
}

/** Bits are added up within pairs, fours and eights of them. */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
