import type * as tf from '@tensorflow/tfjs';
import type { ModelParameter, PrunableParameter } from './parameter.ts';

/** How the scores of a group's elements become one. */
export const REDUCTIONS = ['sum', 'mean', 'max', 'l2'] as const;
export type Reduction = (typeof REDUCTIONS)[number];

/** One weight tensor of a group set, and which group each of its elements belongs to. */
export interface GroupMember<P = PrunableParameter> {
  readonly parameter: P;
  /** A group's number per element, in the elements' order; null where each element is a group of its own. */
  readonly groups: Int32Array | null;
}

/** What is cut as one: groups of elements, in one parameter or across several that belong together. */
export interface GroupSet {
  /** How many groups. */
  readonly count: number;
  /** The parameters whose scores make the groups' scores; the first one names the set. */
  readonly members: readonly GroupMember[];
  /** Weights that go with a group and have no say in it: biases, the scale and shift of a batch norm. */
  readonly companions: readonly GroupMember<ModelParameter>[];
  /** Raises the scores of groups that must stay to +∞, in place: the best N of M. */
  protect?(scores: Float32Array): void;
}

/** What may be removed: single weights, blocks, N of M, units, kernels? */
export interface Granularity {
  /** How scores are reduced to groups; sum where it is not said. */
  readonly reduce?: Reduction;
  /** True where a group is a whole unit, as scorers of units need it. */
  readonly ofUnits?: boolean;
  /** Group sets of which every parameter is a member of exactly one, in the order in which a threshold gets their scores. */
  arrange(parameters: readonly PrunableParameter[], model: tf.LayersModel): readonly GroupSet[];
  /** Why a parameter cannot be cut in this way, for the plan; undefined where it can. */
  refuses?(parameter: PrunableParameter, model: tf.LayersModel): string | undefined;
  /** The highest sparsity that this granularity can reach: 1 − N/M. 1 where it is not said. */
  readonly maxSparsity?: number;
}

/** Whether each element of one parameter is a group of its own. */
export function isByElement({ members: [first, ...others] }: GroupSet): boolean {
  return others.length === 0 && first?.groups === null;
}

/** Elements per group of a set, its scored members together: a number where all groups have the same. */
export function groupSizes({ count, members }: GroupSet): number | Uint32Array {
  if (members.every(({ groups }) => groups === null)) return members.length;
  const sizes = new Uint32Array(count);
  for (const { groups, parameter } of members) {
    for (let i = 0; i < parameter.size; i++) {
      const group = groups === null ? i : (groups[i] as number);
      sizes[group] = (sizes[group] as number) + 1;
    }
  }
  const [first] = sizes;
  return sizes.every((size) => size === first) ? (first ?? 0) : sizes;
}
