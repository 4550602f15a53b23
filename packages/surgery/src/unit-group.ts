import { type Channels, STAYS } from './channels.ts';
import type { Network } from './network.ts';
import type { WeightAxis } from './shape-rule.ts';

/** Layers whose units are tied to one another, and everything that goes when one of them goes. */
export interface UnitGroup {
  /** That of the first layer that makes its units. */
  readonly name: string;
  /** The layers that make them, by path. */
  readonly makers: readonly string[];
  /** The number of its first unit in the graph. */
  readonly first: number;
  /** How many units: each may be a channel of several tensors, and several channels of one. */
  readonly units: number;
  readonly members: readonly GroupMember[];
  /** Why some of its units stay, and how many. */
  readonly kept: readonly { readonly why: string; readonly units: number }[];
}

/** An axis of a weight or of a tensor that flows, and where the group's channels are on it. */
export interface GroupMember {
  /** `conv_1/kernel`, or the tensor's id. */
  readonly name: string;
  readonly kind: 'weight' | 'tensor';
  readonly axis: number;
  /** What the axis has to do with the units: a tensor carries them. */
  readonly role: 'makes' | 'reads' | 'scales' | 'carries';
  /** Positions from first to last, both included. */
  readonly ranges: readonly (readonly [number, number])[];
}

interface Labelled {
  readonly network: Network;
  readonly tensors: ReadonlyMap<string, readonly Channels[]>;
  readonly weights: ReadonlyMap<string, ReadonlyMap<string, readonly WeightAxis[]>>;
}

/** The members of each group, weights in the order of layers, then tensors. */
export function groupMembers(
  groups: readonly Pick<UnitGroup, 'first' | 'units'>[],
  { network, tensors, weights }: Labelled,
): GroupMember[][] {
  const ofUnit = new Int32Array(groups.reduce((sum, { units }) => sum + units, 0));
  for (const [i, { first, units }] of groups.entries()) ofUnit.fill(i, first, first + units);
  const members: GroupMember[][] = groups.map(() => []);
  const add = (channels: Channels, member: Omit<GroupMember, 'ranges'>) => {
    for (const [group, ranges] of rangesOf(channels, ofUnit)) members[group]?.push({ ...member, ranges });
  };
  for (const layer of network.layers.values()) {
    for (const { name } of layer.weights) {
      weights
        .get(layer.name)
        ?.get(name)
        ?.forEach((each, axis) => {
          if (each !== null) add(each.channels, { name: `${layer.path}/${name}`, kind: 'weight', axis, role: each.role });
        });
    }
  }
  for (const [id, axes] of tensors) {
    for (const [axis, channels] of axes.entries()) add(channels, { name: id, kind: 'tensor', axis, role: 'carries' });
  }
  return members;
}

function rangesOf(channels: Channels, groupOf: Int32Array): Map<number, [number, number][]> {
  const found = new Map<number, [number, number][]>();
  channels?.forEach((unit, position) => {
    if (unit === STAYS) return;
    const group = groupOf[unit] as number;
    const ranges = found.get(group) ?? [];
    found.set(group, ranges);
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === position - 1) last[1] = position;
    else ranges.push([position, position]);
  });
  return found;
}

/** A paragraph per group: its units, where they are, why some stay. */
export function describeGroups(groups: readonly UnitGroup[]): string {
  return groups.map(describeGroup).join('\n\n');
}

function describeGroup({ makers, units, members, kept }: UnitGroup): string {
  const lines = members
    .filter(({ kind }) => kind === 'weight')
    .map(
      ({ name, axis, role, ranges }) =>
        `  ${role} ${name} axis ${axis}: ${ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(', ')}`,
    );
  const reasons = kept.map(({ why, units: count }) => `  kept (${count === units ? 'all' : `${count} of ${units}`}): ${why}`);
  return [`${makers.join(' + ')}: ${units} ${units === 1 ? 'unit' : 'units'}`, ...lines, ...reasons].join('\n');
}
