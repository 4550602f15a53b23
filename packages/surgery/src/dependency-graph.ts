import { EspalierError } from '@espalier/core';
import { type Channels, Coupling, STAYS } from './channels.ts';
import type { Network, NetworkLayer, NetworkNode, NetworkTensor } from './network.ts';
import './rules/index.ts';
import { type ChannelFlow, type LayerCall, type ShapeRule, shapeRuleOf, type WeightAxis } from './shape-rule.ts';
import { describeGroups, type GroupMember, groupMembers, type UnitGroup } from './unit-group.ts';

/** Which channels of which tensors go together, and what has to stay. A plain value; units are numbers from 0. */
export interface DependencyGraph {
  readonly network: Network;
  /** How many units there are. */
  readonly units: number;
  readonly groups: readonly UnitGroup[];
  /** Per tensor and axis, the unit of each position. */
  readonly tensors: ReadonlyMap<string, readonly Channels[]>;
  /** Per layer and weight, per axis, the unit of each position and what the axis has to do with it. */
  readonly weights: ReadonlyMap<string, ReadonlyMap<string, readonly WeightAxis[]>>;
  /** Why units stay, per unit; undefined where it may go. */
  readonly kept: ReadonlyMap<number, readonly string[]>;
  /** Sets of units of which as many have to be left as of one another. */
  readonly balanced: readonly (readonly Int32Array[])[];
  /** Sums of products of two tensors, per node. */
  readonly products: ReadonlyMap<NetworkNode, Int32Array>;
  /** The units that a layer makes, by the layer's path, or `path/part` where it makes several sets. */
  readonly makers: ReadonlyMap<string, Int32Array>;
}

export interface GraphOptions {
  /** Outputs of the model whose channels may be cut, by the name of their layer; none by default. */
  readonly cutOutputs?: readonly string[];
}

/**
 * Follows every channel through the network by the rules of its layers.
 *
 * @throws EspalierError naming the rule that says what cannot be.
 */
export function dependencyGraph(network: Network, { cutOutputs = [] }: GraphOptions = {}): DependencyGraph {
  const follower = new Follower(network);
  for (const node of network.nodes) follower.follow(node);
  network.outputs.forEach((output) => {
    if (!cutOutputs.includes(nameOf(network, output))) follower.keepTensor(output, `the model's output "${nameOf(network, output)}"`);
  });
  return follower.finish();
}

function nameOf(network: Network, tensor: string): string {
  return network.nodes.find(({ outputs }) => outputs.includes(tensor))?.layer ?? tensor;
}

/** Units that a layer makes; a part tells the two directions of a Bidirectional apart. */
interface Maker {
  readonly name: string;
  readonly units: Int32Array;
}

class Follower {
  private readonly network: Network;
  private readonly coupling = new Coupling();
  private readonly makers = new Map<string, Maker>();
  private readonly tensors = new Map<string, readonly Channels[]>();
  private readonly weights = new Map<string, Map<string, readonly WeightAxis[]>>();
  private readonly products = new Map<NetworkNode, Int32Array>();

  constructor(network: Network) {
    this.network = network;
  }

  follow(node: NetworkNode): void {
    const layer = this.network.layers.get(node.layer) as NetworkLayer;
    const rule = shapeRuleOf(layer.type);
    if (node.inputs.length === 0) this.stay(node);
    else if (rule === undefined) this.keepInputs(node, layer);
    else this.followBy(rule, node, layer);
  }

  private keepInputs(node: NetworkNode, layer: NetworkLayer): void {
    const why = `${where(layer)}: has no shape rule; add one with defineShapeRule('${layer.type}', …)`;
    for (const input of node.inputs) this.keepTensor(input, why);
    this.stay(node);
  }

  private followBy(rule: ShapeRule, node: NetworkNode, layer: NetworkLayer): void {
    const flow = rule.channels(this.callOf(node, layer));
    this.check(flow, node, layer);
    if (rule.resize !== undefined) this.tieToFirstCall(node, layer, flow);
    node.outputs.forEach((output, i) => {
      this.tensors.set(output, flow.outputs[i] as readonly Channels[]);
    });
    for (const [name, axes] of Object.entries(flow.weights ?? {}))
      if (layer.weights.some((weight) => weight.name === name)) this.setWeight(layer, name, axes);
    if (flow.products != null) this.products.set(node, flow.products);
  }

  keepTensor(tensor: string, why: string): void {
    for (const channels of this.tensors.get(tensor) ?? []) this.coupling.keep(channels, why);
  }

  finish(): DependencyGraph {
    const numbers = new Numbering(this.coupling, [...this.makers.values()]);
    const tensors = new Map([...this.tensors].map(([id, axes]) => [id, axes.map((channels) => numbers.of(channels))]));
    const axisOf = (axis: WeightAxis): WeightAxis => axis && { role: axis.role, channels: numbers.of(axis.channels) as Int32Array };
    const weights = new Map(
      [...this.weights].map(([layer, each]) => [layer, new Map([...each].map(([name, axes]) => [name, axes.map(axisOf)]))]),
    );
    const kept = new Map<number, string[]>();
    for (const { units, why } of this.coupling.kept) {
      for (const unit of new Set(numbers.of(units))) {
        const reasons = kept.get(unit);
        if (reasons === undefined) kept.set(unit, [why]);
        else if (!reasons.includes(why)) reasons.push(why);
      }
    }
    const makers = new Map([...this.makers.values()].map(({ name, units }) => [name, numbers.of(units) as Int32Array]));
    const members = groupMembers(numbers.groups, { network: this.network, tensors, weights });
    const groups = numbers.groups.map((group, i) => ({
      ...group,
      members: members[i] as GroupMember[],
      kept: keptIn(group, kept),
    }));
    const products = new Map([...this.products].map(([node, units]) => [node, numbers.of(units) as Int32Array]));
    const balanced = this.coupling.balanced.map((sets) => sets.map((set) => numbers.of(set) as Int32Array));
    return { network: this.network, units: numbers.count, groups, tensors, weights, kept, balanced, products, makers };
  }

  /** One configuration speaks of the sizes at every call: a shared Reshape is asked for the same channels everywhere. */
  private tieToFirstCall(node: NetworkNode, layer: NetworkLayer, { outputs }: ChannelFlow): void {
    const first = this.network.nodes.find(({ layer: name }) => name === layer.name) as NetworkNode;
    if (first === node) return;
    const why = `${where(layer)}: is shared, and makes channels that stay elsewhere`;
    outputs.forEach((axes, i) => {
      axes.forEach((channels, axis) => {
        const before = this.tensors.get(first.outputs[i] as string)?.[axis] ?? null;
        if (before?.length === channels?.length) this.coupling.tie(before, channels, why);
        else for (const each of [before, channels]) this.coupling.keep(each, why);
      });
    });
  }

  private callOf(node: NetworkNode, layer: NetworkLayer): LayerCall {
    const { coupling } = this;
    return {
      where: where(layer),
      config: layer.config,
      inputs: node.inputs.map((id) => ({ shape: this.shapeOf(id), channels: this.tensors.get(id) as readonly Channels[] })),
      outputs: node.outputs.map((id) => ({ shape: this.shapeOf(id) })),
      weights: Object.fromEntries(layer.weights.map(({ name, shape }) => [name, shape])),
      make: (count, part) => this.make(layer, count, part),
      tie: (one, other) => {
        if (one !== null && other !== null && one.length !== other.length)
          complain(layer, `ties ${one.length} channels to ${other.length}`);
        return coupling.tie(one, other, `${where(layer)}: ties them to channels that stay`);
      },
      balance: (sets) => {
        coupling.balanced.push(sets.flatMap((set) => (set === null ? [] : [set])));
      },
      keep: (channels, why) => coupling.keep(channels, `${where(layer)}: ${why}`),
    };
  }

  private shapeOf(tensor: string): readonly (number | null)[] {
    return (this.network.tensors.get(tensor) as NetworkTensor).shape;
  }

  private make(layer: NetworkLayer, count: number, part?: string): Int32Array {
    const name = part === undefined ? layer.path : `${layer.path}/${part}`;
    let maker = this.makers.get(name);
    if (maker === undefined) {
      maker = { name, units: this.coupling.make(count) };
      this.makers.set(name, maker);
    }
    return maker.units;
  }

  private stay(node: NetworkNode): void {
    for (const output of node.outputs)
      this.tensors.set(
        output,
        this.shapeOf(output).map(() => null),
      );
  }

  /** What a shared layer's weights are told at a later call is tied to what they were told before. */
  private setWeight(layer: NetworkLayer, name: string, axes: readonly WeightAxis[]): void {
    const known = this.weights.get(layer.name) ?? new Map<string, readonly WeightAxis[]>();
    this.weights.set(layer.name, known);
    const before = known.get(name);
    const why = `${where(layer)}: is shared, and reads channels that stay elsewhere`;
    const tied = axes.map((axis, i) => {
      if (before === undefined) return axis;
      const channels = this.coupling.tie(before[i]?.channels ?? null, axis?.channels ?? null, why);
      return channels === null ? null : { role: (axis ?? before[i])?.role ?? 'scales', channels };
    });
    known.set(name, tied as readonly WeightAxis[]);
  }

  private check(flow: ChannelFlow, node: NetworkNode, layer: NetworkLayer): void {
    if (flow.outputs.length !== node.outputs.length)
      complain(layer, `gave ${flow.outputs.length} outputs, and the call has ${node.outputs.length}`);
    node.outputs.forEach((id, i) => {
      const shape = this.shapeOf(id);
      const axes = flow.outputs[i] as readonly Channels[];
      if (axes.length !== shape.length) complain(layer, `gave ${axes.length} axes for the output [${shape.join(', ')}]`);
      axes.forEach((channels, axis) => {
        if (channels !== null && channels.length !== shape[axis])
          complain(layer, `gave ${channels.length} channels for axis ${axis} of [${shape.join(', ')}]`);
      });
    });
    for (const [name, axes] of Object.entries(flow.weights ?? {})) {
      const shape = layer.weights.find((weight) => weight.name === name)?.shape;
      // A bias that the layer does without.
      if (shape === undefined) continue;
      if (axes.length !== shape.length) complain(layer, `gave ${axes.length} axes for ${name} [${shape.join(', ')}]`);
      axes.forEach((each, axis) => {
        if (each !== null && each.channels.length !== shape[axis])
          complain(layer, `gave ${each.channels.length} channels for axis ${axis} of ${name} [${shape.join(', ')}]`);
      });
    }
  }
}

/** Units in the order of the groups, those of a group one after the other. */
class Numbering {
  readonly groups: Pick<UnitGroup, 'name' | 'makers' | 'first' | 'units'>[] = [];
  count = 0;
  private readonly numbers: Int32Array;
  private readonly coupling: Coupling;

  constructor(coupling: Coupling, makers: readonly Maker[]) {
    this.coupling = coupling;
    this.numbers = new Int32Array(coupling.count).fill(STAYS);
    for (const together of coupledMakers(coupling, makers)) {
      const first = this.count;
      for (const { units } of together) for (const unit of units) this.number(unit);
      this.groups.push({ name: (together[0] as Maker).name, makers: together.map(({ name }) => name), first, units: this.count - first });
    }
  }

  of(channels: Channels): Channels {
    return channels?.map((unit) => (unit === STAYS ? STAYS : (this.numbers[this.coupling.rootOf(unit)] as number))) ?? null;
  }

  private number(unit: number): void {
    const root = this.coupling.rootOf(unit);
    if (this.numbers[root] === STAYS) this.numbers[root] = this.count++;
  }
}

/** Makers that have a unit in common are in one group. */
function coupledMakers(coupling: Coupling, makers: readonly Maker[]): Maker[][] {
  const groups = new Coupling();
  const ids = groups.make(makers.length);
  const ofRoot = new Int32Array(coupling.count).fill(STAYS);
  makers.forEach(({ units }, i) => {
    for (const unit of units) {
      const root = coupling.rootOf(unit);
      const other = ofRoot[root] as number;
      if (other === STAYS) ofRoot[root] = i;
      else if (other !== i) groups.tie(ids.slice(other, other + 1), ids.slice(i, i + 1), '');
    }
  });
  const together = new Map<number, Maker[]>();
  makers.forEach((maker, i) => {
    const root = groups.rootOf(i);
    together.set(root, [...(together.get(root) ?? []), maker]);
  });
  return [...together.values()];
}

function keptIn({ first, units }: Pick<UnitGroup, 'first' | 'units'>, kept: ReadonlyMap<number, readonly string[]>): UnitGroup['kept'] {
  const counts = new Map<string, number>();
  for (let unit = first; unit < first + units; unit++) for (const why of kept.get(unit) ?? []) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].map(([why, count]) => ({ why, units: count }));
}

function complain(layer: NetworkLayer, what: string): never {
  throw new EspalierError({ where: where(layer), what: `its shape rule ${what}`, remedy: 'Look at defineShapeRule' });
}

function where({ path, type }: NetworkLayer): string {
  return `"${path}" (${type})`;
}

/** The graph in words, a paragraph per group. */
export function describeGraph(graph: DependencyGraph): string {
  return describeGroups(graph.groups);
}
