import { type Digit, passes } from './passes/passes.ts';
import { LOWEST_FINITE } from './passes/plain.ts';
import { eachPiece, type Line, type ParameterScores } from './threshold.ts';

/** The value under which exactly so many scores fall, together with the first `ties` of those that equal it. */
export interface CutOff {
  readonly below: number;
  readonly ties: number;
}

/** Scores that are looked at to guess where the line is: one in 128, within these bounds. */
const SMALLEST_SAMPLE = 1 << 11;
const LARGEST_SAMPLE = 1 << 16;
/** How far around the guess is looked, in standard deviations of the sample's rank. */
const SIGMAS = 4;

/**
 * Where the line lies so that the lowest scores fall under it until `count` elements do, over many tensors. Groups of
 * equal size are counted, those of different sizes taken one by one from the lowest. To one group, the count is exact.
 * Ties fall by position: in the order of the parameters, and within each in that of its elements.
 *
 * @returns one line per parameter.
 */
export async function selectLowest(scores: readonly ParameterScores[], count: number): Promise<Line[]> {
  const [first] = scores;
  const size = first?.groupSize ?? 1;
  if (typeof size === 'number' && scores.every(({ groupSize }) => groupSize === size)) return selectCount(scores, Math.round(count / size));
  return selectWeighted(scores, count);
}

/**
 * Exactly `count` of all scores, without sorting or joining them. A sample says between which two values the line must
 * be; one pass counts what lies below and collects what lies between (about one in a hundred), among which the line is
 * found by radix selection. Where the sample was misleading, radix selection over all scores finds it in two passes.
 * Linear either way.
 */
async function selectCount(scores: readonly ParameterScores[], count: number): Promise<Line[]> {
  const sizes = scores.map(({ size }) => size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (count <= 0) return sizes.map(() => ({ count: 0 }));
  if (count >= total) return sizes.map((size) => ({ count: size }));

  const stride = strideFor(total);
  const sample = new SampleOf(Math.ceil(total / stride) + scores.length);
  for (const parameter of scores) {
    // Starting in the middle of a stride keeps a parameter's first row from being looked at more than others.
    const from = stride >> 1;
    if (parameter.sample === undefined) sample.take(await parameter.read(), from, stride);
    else if (from < parameter.size) sample.take(await parameter.sample(from, stride), 0, 1);
  }
  const band = new Band(sample.around(count / total), total);
  for (const parameter of scores) {
    for await (const piece of eachPiece(parameter)) band.look(piece);
    band.end();
  }
  const found = band.find(count) ?? (await radixSelect(scores, count));
  return found.ties.map((ties) => lineOf(found.below, ties, found.isWhole));
}

/** Groups of different sizes are few: they are sorted, and fall while that brings the elements nearer to the count. */
async function selectWeighted(scores: readonly ParameterScores[], count: number): Promise<Line[]> {
  const groups: { score: number; parameter: number; size: number }[] = [];
  for (const [parameter, { groupSize, read }] of scores.entries()) {
    for (const [i, score] of (await read()).entries()) {
      groups.push({ score, parameter, size: typeof groupSize === 'number' ? groupSize : (groupSize[i] as number) });
    }
  }
  // Stable, so that ties stay in the order of their places.
  groups.sort((a, b) => (a.score < b.score ? -1 : a.score > b.score ? 1 : 0));
  const falling = scores.map(() => 0);
  let fallen = 0;
  for (const { parameter, size } of groups) {
    if (fallen + size / 2 > count) break;
    fallen += size;
    falling[parameter] = (falling[parameter] as number) + 1;
  }
  return falling.map((each) => ({ count: each }));
}

/** The line under which the `count` lowest of these scores fall, exactly; ties by their place. */
export function cutOff(scores: Float32Array, count: number): CutOff {
  if (count <= 0) return { below: Number.NEGATIVE_INFINITY, ties: 0 };
  if (count >= scores.length) return { below: Number.POSITIVE_INFINITY, ties: scores.length };
  const stride = strideFor(scores.length);
  const sample = new SampleOf(Math.ceil(scores.length / stride) + 1);
  sample.take(scores, stride >> 1, stride);
  const band = new Band(sample.around(count / scores.length), scores.length);
  band.look(scores);
  band.end();
  const found = band.find(count);
  if (found !== undefined) return lineOf(found.below, found.ties[0] as number, found.isWhole);
  const { value, rank } = radixSelectOne(scores, count);
  return { below: value, ties: rank + 1 };
}

/** Where all that equal the line go with it, the next number above draws the same line without ties to count. */
function lineOf(below: number, ties: number, isWhole: boolean): CutOff {
  return isWhole && Number.isFinite(below) ? { below: nextUp(below), ties: 0 } : { below, ties };
}

/** Drawing a larger sample would take longer than looking through a wider band. */
function strideFor(total: number): number {
  const sample = Math.min(LARGEST_SAMPLE, Math.max(SMALLEST_SAMPLE, total >> 7));
  return Math.max(1, Math.floor(total / sample));
}

/** Scores a stride apart. */
class SampleOf {
  private readonly values: Float32Array;
  private size = 0;

  constructor(capacity: number) {
    this.values = new Float32Array(capacity);
  }

  take(scores: Float32Array, from: number, stride: number): void {
    for (let i = from; i < scores.length; i += stride) this.values[this.size++] = scores[i] as number;
  }

  /** The values between which a quantile of all scores almost certainly lies; −∞, which is what is pruned already, lies below them. */
  around(quantile: number): readonly [number, number] {
    const sample = this.values.subarray(0, this.size);
    const margin = SIGMAS * Math.sqrt(this.size * quantile * (1 - quantile)) + 2;
    const at = (rank: number, beyond: number) =>
      rank < 0 || rank >= this.size ? beyond : radixSelectOne(sample, Math.floor(rank) + 1).value;
    const low = Math.max(at(quantile * this.size - margin, LOWEST_FINITE), LOWEST_FINITE);
    return [low, at(quantile * this.size + margin, Number.POSITIVE_INFINITY)];
  }
}

interface Found {
  readonly below: number;
  /** Per parameter. */
  readonly ties: readonly number[];
  /** Whether everything that equals `below` goes. */
  readonly isWhole: boolean;
}

/** Scores between two values, collected, and how many lie below. */
class Band {
  private readonly low: number;
  private readonly high: number;
  private readonly inside: Float32Array;
  private readonly ends: number[] = [];
  private size = 0;
  private below = 0;
  private isFull = false;

  constructor([low, high]: readonly [number, number], total: number) {
    this.low = low;
    this.high = high;
    // Four times what the sample promises.
    this.inside = new Float32Array(Math.min(total, Math.max(1 << 14, total >> 4)));
  }

  look(scores: Float32Array): void {
    if (this.isFull) return;
    const { below, end } = passes(scores.length).band(scores, this.low, this.high, this.inside, this.size);
    this.below += below;
    this.size = end;
    this.isFull = end > this.inside.length;
  }

  /** What was looked at since the last end is all of a parameter. */
  end(): void {
    this.ends.push(this.size);
  }

  /** The line, where it is in this band. */
  find(count: number): Found | undefined {
    if (this.isFull || count <= this.below || count > this.below + this.size) return undefined;
    const inside = this.inside.subarray(0, this.size);
    const { value, rank, equal } = radixSelectOne(inside, count - this.below);
    let left = rank + 1;
    let start = 0;
    const ties = this.ends.map((end) => {
      const here = Math.min(left, countEqual(inside.subarray(start, end), value));
      left -= here;
      start = end;
      return here;
    });
    return { below: value, ties, isWhole: rank + 1 === equal };
  }
}

/** Over many scores, few passes; over few scores, few counters. */
const HALVES: readonly Digit[] = [
  { shift: 16, width: 16 },
  { shift: 0, width: 16 },
];
const THIRDS: readonly Digit[] = [
  { shift: 21, width: 11 },
  { shift: 10, width: 11 },
  { shift: 0, width: 10 },
];

/** Radix selection over all scores: the high half of their bits first, the low half among those that share it. */
async function radixSelect(scores: readonly ParameterScores[], count: number): Promise<Found> {
  let at: RadixRank = { known: 0, rank: count - 1, equal: 0 };
  for (const digit of HALVES) {
    const counts = new Uint32Array(1 << digit.width);
    for (const parameter of scores) {
      for await (const piece of eachPiece(parameter)) passes(piece.length).countDigit(piece, digit, at.known, counts);
    }
    at = narrow(at, digit, counts);
  }
  const below = fromKey(at.known);
  let left = at.rank + 1;
  const ties: number[] = [];
  for (const parameter of scores) {
    let here = 0;
    if (left > 0) for await (const piece of eachPiece(parameter)) here += countEqual(piece, below);
    here = Math.min(left, here);
    left -= here;
    ties.push(here);
  }
  return { below, ties, isWhole: at.rank + 1 === at.equal };
}

/** The value of rank `count`, its rank among those that equal it (from 0), and how many those are. */
function radixSelectOne(scores: Float32Array, count: number): { value: number; rank: number; equal: number } {
  const by = passes(scores.length);
  let at: RadixRank = { known: 0, rank: count - 1, equal: 0 };
  for (const digit of THIRDS) {
    const counts = new Uint32Array(1 << digit.width);
    by.countDigit(scores, digit, at.known, counts);
    at = narrow(at, digit, counts);
  }
  return { value: fromKey(at.known), rank: at.rank, equal: at.equal };
}

/** How far a key is found: its first digits, the rank (from 0) among all that share them, and how many those are. */
interface RadixRank {
  readonly known: number;
  readonly rank: number;
  readonly equal: number;
}

/** The next digit of the key that is looked for. */
function narrow({ known, rank }: RadixRank, { width }: Digit, counts: Uint32Array): RadixRank {
  const { at, left } = passes(counts.length).reach(counts, rank);
  if (at < counts.length) return { known: ((known << width) | at) >>> 0, rank: left, equal: counts[at] as number };
  throw new RangeError(`rank ${rank} lies beyond the ${rank - left} elements`);
}

export function countEqual(scores: Float32Array, value: number): number {
  return passes(scores.length).countEqual(scores, value);
}

const scratch = new DataView(new ArrayBuffer(4));

export function fromKey(key: number): number {
  scratch.setUint32(0, key & 0x80000000 ? key & 0x7fffffff : ~key >>> 0);
  return scratch.getFloat32(0);
}

/** The next float32 above a finite one. */
function nextUp(value: number): number {
  if (value === 0) return 2 ** -149;
  scratch.setFloat32(0, value);
  scratch.setUint32(0, scratch.getUint32(0) + (value > 0 ? 1 : -1));
  return scratch.getFloat32(0);
}
