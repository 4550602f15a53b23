import type { Line, ParameterScores } from './threshold.ts';

/**
 * Where the line lies so that exactly `count` of all scores fall under it, over many tensors, without sorting or
 * joining them: radix selection on the bits of float32, high half first, low half among those that share it.
 * Ties fall by position: in the order of the parameters, and within each in that of its elements.
 *
 * @returns one line per parameter, together exactly `count` elements.
 */
export async function selectLowest(scores: readonly ParameterScores[], count: number): Promise<Line[]> {
  const sizes = scores.map(({ size }) => size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (count <= 0) return sizes.map(() => ({ count: 0 }));
  if (count >= total) return sizes.map((size) => ({ count: size }));

  const high = await histogram(scores, (key) => key >>> 16);
  const bucket = findRank(high, count - 1);
  const low = await histogram(scores, (key) => (key >>> 16 === bucket.value ? key & 0xffff : -1));
  const rest = findRank(low, bucket.rank);
  const below = fromKey(((bucket.value << 16) | rest.value) >>> 0);

  // Those equal to the line go in the order of the parameters until the count is met.
  let left = rest.rank + 1;
  const lines: Line[] = [];
  for (const parameter of scores) {
    const equal = left > 0 ? countEqual(await parameter.read(), below) : 0;
    const ties = Math.min(left, equal);
    left -= ties;
    lines.push({ below, ties });
  }
  return lines;
}

/** The mask bits that a line leaves: `visit` is called with the position of each element that falls. */
export function fallsUnder(scores: Float32Array, line: Line, visit: (index: number) => void): void {
  const { below, ties } = 'count' in line ? cutOff(scores, line.count) : { below: line.below, ties: line.ties ?? 0 };
  let left = ties;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (score < below) visit(i);
    else if (left > 0 && score === below) {
      left--;
      visit(i);
    }
  }
}

/** The value under which exactly `count` scores fall, together with the first `ties` of those that equal it. */
export function cutOff(scores: Float32Array, count: number): { below: number; ties: number } {
  if (count <= 0) return { below: Number.NEGATIVE_INFINITY, ties: 0 };
  if (count >= scores.length) return { below: Number.POSITIVE_INFINITY, ties: scores.length };
  const keys = bitsOf(scores);
  const high = new Uint32Array(1 << 16);
  for (let i = 0; i < keys.length; i++) count16(high, toKey(keys[i] as number) >>> 16);
  const bucket = findRank(high, count - 1);
  const low = new Uint32Array(1 << 16);
  for (let i = 0; i < keys.length; i++) {
    const key = toKey(keys[i] as number);
    if (key >>> 16 === bucket.value) count16(low, key & 0xffff);
  }
  const rest = findRank(low, bucket.rank);
  return { below: fromKey(((bucket.value << 16) | rest.value) >>> 0), ties: rest.rank + 1 };
}

async function histogram(scores: readonly ParameterScores[], digit: (key: number) => number): Promise<Uint32Array> {
  const counts = new Uint32Array(1 << 16);
  for (const parameter of scores) {
    const bits = bitsOf(await parameter.read());
    for (let i = 0; i < bits.length; i++) {
      const value = digit(toKey(bits[i] as number));
      if (value >= 0) count16(counts, value);
    }
  }
  return counts;
}

function count16(counts: Uint32Array, value: number): void {
  counts[value] = (counts[value] as number) + 1;
}

/** The digit that holds the element of this rank (from 0), and its rank among those with the same digit. */
function findRank(counts: Uint32Array, rank: number): { value: number; rank: number } {
  let left = rank;
  for (let value = 0; value < counts.length; value++) {
    const here = counts[value] as number;
    if (left < here) return { value, rank: left };
    left -= here;
  }
  throw new RangeError(`rank ${rank} lies beyond the ${rank - left} elements`);
}

function countEqual(scores: Float32Array, value: number): number {
  let count = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i] === value) count++;
  return count;
}

function bitsOf(scores: Float32Array): Uint32Array {
  return new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
}

/** Unsigned keys in the order of the floats; -0 and 0, which compare as equal, get one key. */
function toKey(bits: number): number {
  if (bits === 0x80000000) return 0x80000000;
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}

const scratch = new DataView(new ArrayBuffer(4));

function fromKey(key: number): number {
  scratch.setUint32(0, key & 0x80000000 ? key & 0x7fffffff : ~key >>> 0);
  return scratch.getFloat32(0);
}
