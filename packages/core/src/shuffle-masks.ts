import type * as tf from '@tensorflow/tfjs';
import { ElementGranularity } from './granularities/element.ts';
import type { Granularity, GroupSet } from './granularity.ts';
import { Mask } from './mask.ts';
import type { MaskSet } from './mask-set.ts';
import type { Random } from './random.ts';
import { cutOff } from './select-lowest.ts';

export interface ShuffleRequest {
  readonly masks: MaskSet;
  /** What was cut as one; single elements where it is not given. */
  readonly granularity?: Granularity;
  readonly model: tf.LayersModel;
  readonly random: Random;
}

/** Draws which groups are kept anew: as many of each set as before, and N of every M where that is the pattern. */
export function shuffleMasks({ masks, granularity = new ElementGranularity(), model, random }: ShuffleRequest): void {
  for (const set of granularity.arrange(masks.parameters, model)) {
    const scores = Float32Array.from({ length: set.count }, () => random.next());
    set.protect?.(scores);
    const kept = Mask.above(scores, cutOff(scores, prunedGroups(set, masks)));
    for (const { parameter, groups } of [...set.members, ...set.companions]) masks.set(parameter, kept.expand(groups, parameter.size));
  }
}

/** Groups of which nothing is kept. */
function prunedGroups({ count, members }: GroupSet, masks: MaskSet): number {
  const alive = Mask.empty(count);
  for (const { parameter, groups } of members) {
    const mask = masks.get(parameter);
    for (let i = 0; i < parameter.size; i++) if (mask.keeps(i)) alive.keep(groups === null ? i : (groups[i] as number));
  }
  return alive.pruned;
}
