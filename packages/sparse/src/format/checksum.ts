import { CHECKSUM_AT, FIRST_WORDS } from './layout.ts';

/**
 * Two sums of 32 bits over words of four bytes, the place of the sums themselves taken as zeros. Each step can be undone, so that no change
 * of a single word goes unseen; it guards against damage, not against somebody who computes it anew.
 */
export function checksum(words: Uint32Array): [number, number] {
  const head = words.slice(0, FIRST_WORDS).fill(0, CHECKSUM_AT);
  const [a, b, c, d] = lanes(words, FIRST_WORDS, lanes(head, 0, [1, 2, 3, 4]));
  return [step(step(step(a, b), c), d) >>> 0, step(step(step(d, c), b), a) >>> 0];
}

type Lanes = readonly [number, number, number, number];

/** Every fourth word by itself: a processor takes the next of one while it multiplies another, and is done in a third of the time. */
function lanes(words: Uint32Array, from: number, [w, x, y, z]: Lanes): Lanes {
  let [a, b, c, d, i] = [w, x, y, z, from];
  for (; i + 4 <= words.length; i += 4) {
    a = step(a, words[i] as number);
    b = step(b, words[i + 1] as number);
    c = step(c, words[i + 2] as number);
    d = step(d, words[i + 3] as number);
  }
  for (; i < words.length; i++) a = step(a, words[i] as number);
  return [a, b, c, d];
}

function step(sum: number, word: number): number {
  return Math.imul(((sum << 13) | (sum >>> 19)) ^ word, 0xc2b2ae35);
}
