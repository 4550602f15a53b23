import { toKey } from './passes/plain.ts';
import { fromKey } from './select-lowest.ts';
import type { Line, ParameterScores } from './threshold.ts';

/**
 * Where the line lies so that the lowest scores fall under it until what falls costs so much, or just more. Two passes
 * over all scores: the high half of their bits first, the low half among those that share it. Ties fall by position.
 *
 * @param costs of an element of each parameter, a whole number; where it is 0, nothing falls.
 * @param wanted from 0.
 */
export async function selectCost(scores: readonly ParameterScores[], costs: readonly number[], wanted: number): Promise<Line[]> {
  const none = { count: 0 };
  const high = new Float64Array(1 << 16);
  await eachGroup(scores, costs, (key, cost) => add(high, key >>> 16, cost));
  const bucket = reach(high, wanted);
  if (bucket === undefined) return scores.map(({ size }, i) => (costs[i] === 0 ? none : { count: size }));
  const low = new Float64Array(1 << 16);
  await eachGroup(scores, costs, (key, cost) => {
    if (key >>> 16 === bucket.digit) add(low, key & 0xffff, cost);
  });
  const rest = reach(low, bucket.left) as { digit: number; left: number };
  const found = ((bucket.digit << 16) | rest.digit) >>> 0;

  let { left } = rest;
  const ties = scores.map(() => 0);
  await eachGroup(scores, costs, (key, cost, parameter) => {
    if (key !== found || left <= 0) return;
    left -= cost;
    ties[parameter] = (ties[parameter] as number) + 1;
  });
  return scores.map((_, i) => (costs[i] === 0 ? none : { below: fromKey(found), ties: ties[i] as number }));
}

const bits = new DataView(new ArrayBuffer(4));

async function eachGroup(
  scores: readonly ParameterScores[],
  costs: readonly number[],
  see: (key: number, cost: number, parameter: number) => void,
): Promise<void> {
  for (const [parameter, { groupSize, read }] of scores.entries()) {
    const cost = costs[parameter] as number;
    if (cost === 0) continue;
    const values = await read();
    for (let i = 0; i < values.length; i++) {
      bits.setFloat32(0, values[i] as number);
      see(toKey(bits.getUint32(0)), cost * (typeof groupSize === 'number' ? groupSize : (groupSize[i] as number)), parameter);
    }
  }
}

function add(sums: Float64Array, at: number, cost: number): void {
  sums[at] = (sums[at] as number) + cost;
}

/** The first digit at which the sum of costs comes to what is wanted, and what of that falls to it. */
function reach(sums: Float64Array, wanted: number): { digit: number; left: number } | undefined {
  let left = wanted;
  for (const [digit, cost] of sums.entries()) {
    if (cost > 0 && left <= cost) return { digit, left };
    left -= cost;
  }
  return undefined;
}
