import { CHECKSUM_AT } from './layout.ts';

/**
 * Two sums of 32 bits over words of four bytes, the place of the sums themselves aside. Each step can be undone, so that no change of a single word goes unseen;
 * it guards against damage, not against somebody who computes it anew.
 */
export function checksum(words: Uint32Array): [number, number] {
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (let i = 0; i < words.length; i++) {
    if (i === CHECKSUM_AT || i === CHECKSUM_AT + 1) continue;
    const word = words[i] as number;
    a = Math.imul(a ^ word, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(((b << 13) | (b >>> 19)) ^ word, 0xc2b2ae35);
  }
  return [a >>> 0, b >>> 0];
}
