import { EspalierError, type UnitAxis } from '@espalier/core';

/** Positions in one unit that fit beside a score's 32 bits in a whole number below 2⁵³. */
const MOST = 2 ** 21;

/**
 * The rank of each score among those of its unit, over how many they are: the lowest of four scores has ¼, the highest 1.
 * Ties rank by position. Score and position are packed into one number each, so that the platform's own sort puts them
 * in order.
 *
 * @param scores not negative.
 */
export function ranksWithin(scores: Float32Array, { units, of }: UnitAxis): Float32Array {
  const each = scores.length / units;
  if (each > MOST) throw new EspalierError(`a unit of ${each} weights is too large to be ranked; take compare: layer`);
  const positions = new Uint32Array(scores.length);
  const filled = new Uint32Array(units);
  // The bits of floats that are not negative are in the order of the floats.
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  const keys = new Float64Array(scores.length);
  for (let i = 0; i < scores.length; i++) {
    const unit = of[i] as number;
    const place = filled[unit] as number;
    filled[unit] = place + 1;
    positions[unit * each + place] = i;
    keys[unit * each + place] = (bits[i] as number) * MOST + place;
  }
  const ranks = new Float32Array(scores.length);
  for (let unit = 0; unit < units; unit++) {
    const start = unit * each;
    const order = keys.subarray(start, start + each).sort();
    for (let rank = 0; rank < each; rank++) {
      const place = (order[rank] as number) % MOST;
      ranks[positions[start + place] as number] = (rank + 1) / each;
    }
  }
  return ranks;
}
