import type * as tf from '@tensorflow/tfjs';
import { ElementGranularity } from './granularities/element.ts';
import { type Granularity, type GroupSet, groupSizes } from './granularity.ts';
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

/**
 * Draws which groups are kept anew: as many of each set as before, as many of each size where groups are of several (blocks
 * at the edges), and N of every M where that is the pattern.
 */
export function shuffleMasks({ masks, granularity = new ElementGranularity(), model, random }: ShuffleRequest): void {
  for (const set of granularity.arrange(masks.parameters, model)) {
    const scores = Float32Array.from({ length: set.count }, () => random.next());
    set.protect?.(scores);
    const alive = aliveGroups(set, masks);
    const sizes = groupSizes(set);
    const kept = typeof sizes === 'number' ? Mask.above(scores, cutOff(scores, alive.pruned)) : keptOfEachSize(scores, alive, sizes);
    for (const { parameter, groups } of [...set.members, ...set.companions]) masks.set(parameter, kept.expand(groups, parameter.size));
  }
}

function keptOfEachSize(scores: Float32Array, alive: Mask, sizes: Uint32Array): Mask {
  const kept = Mask.empty(scores.length);
  for (const size of new Set(sizes)) {
    const groups = [...sizes.keys()].filter((group) => sizes[group] === size);
    const ofThose = scores.filter((_, group) => sizes[group] === size);
    const found = Mask.above(ofThose, cutOff(ofThose, groups.filter((group) => !alive.keeps(group)).length));
    groups.forEach((group, i) => {
      if (found.keeps(i)) kept.keep(group);
    });
  }
  return kept;
}

/** Groups of which something is kept. */
function aliveGroups({ count, members }: GroupSet, masks: MaskSet): Mask {
  const alive = Mask.empty(count);
  for (const { parameter, groups } of members) {
    const mask = masks.get(parameter);
    for (let i = 0; i < parameter.size; i++) if (mask.keeps(i)) alive.keep(groups === null ? i : (groups[i] as number));
  }
  return alive;
}
