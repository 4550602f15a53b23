import { STAYS } from './channels.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { ConstantFolding } from './fold/constants.ts';
import type { NetworkLayer } from './network.ts';
import type { NetworkConstants } from './network-constants.ts';

/** Units of a layer whose kernels are all zero and that are there all the same. */
export interface Stayed {
  /** The layer's path, or `path/part`. */
  readonly layer: string;
  readonly units: readonly number[];
  readonly why: string;
}

/** Which units the zeros ask for and do not get, and why. */
export function stayedUnits(graph: DependencyGraph, constants: NetworkConstants, gone: Uint8Array, folding?: ConstantFolding): Stayed[] {
  const stayed: Stayed[] = [];
  for (const [name, made] of graph.makers) {
    const silent = silencedUnits(graph, name);
    const reasons = new Map<string, number[]>();
    made.forEach((unit, i) => {
      if (unit === STAYS || gone[unit] === 1 || !silent.has(unit)) return;
      const why = reasonFor(graph, constants, name, unit, folding);
      reasons.set(why, [...(reasons.get(why) ?? []), i]);
    });
    for (const [why, units] of reasons) stayed.push({ layer: name, units, why });
  }
  return stayed;
}

/** Units that a maker of the graph makes by zeros alone, biases aside. */
export function silencedUnits({ network, weights }: DependencyGraph, maker: string): Set<number> {
  const layer = [...network.layers.values()].find(({ path }) => maker === path || maker.startsWith(`${path}/`)) as NetworkLayer;
  const [silent, heard] = [new Set<number>(), new Set<number>()];
  for (const { name, shape, values } of layer.weights) {
    const axes = weights.get(layer.name)?.get(name) ?? [];
    const axis = axes.findIndex((each) => each?.role === 'makes');
    if (axis < 0 || shape.length < 2) continue;
    const channels = axes[axis]?.channels as Int32Array;
    const isHeard = positionsHeard(values, shape, axis);
    channels.forEach((unit, position) => {
      (isHeard[position] === 1 ? heard : silent).add(unit);
    });
  }
  return new Set([...silent].filter((unit) => !heard.has(unit)));
}

/** 1 where a position of an axis has any weight that is not zero. */
function positionsHeard(values: ArrayLike<number>, shape: readonly number[], axis: number): Uint8Array {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const isHeard = new Uint8Array(shape[axis] as number);
  for (let start = 0, position = 0; start < values.length; start += inner, position = (position + 1) % isHeard.length) {
    for (let i = start; i < start + inner && isHeard[position] === 0; i++) if (values[i] !== 0) isHeard[position] = 1;
  }
  return isHeard;
}

function reasonFor(graph: DependencyGraph, constants: NetworkConstants, maker: string, unit: number, folding?: ConstantFolding): string {
  const kept = graph.kept.get(unit);
  if (kept !== undefined) return kept.join('; ');
  if (graph.balanced.some((sets) => sets.some((units) => units.includes(unit)))) return 'as many have to stay as of the other direction';
  const tied =
    graph.groups.find(({ makers }) => makers.includes(maker) && makers.length > 1)?.makers.filter((name) => name !== maker) ?? [];
  const alive = tied.length > 0 ? `tied to units of ${tied.map((name) => `"${name}"`).join(', ')}; ` : '';
  const reasons = readingReasons(graph, constants, unit, folding);
  return `${alive}${reasons.length > 0 ? reasons.join('; ') : 'it is read'}`;
}

/** Why each layer that reads a unit cannot do without it. */
function readingReasons(
  { network, weights }: DependencyGraph,
  constants: NetworkConstants,
  unit: number,
  folding?: ConstantFolding,
): string[] {
  const reasons = new Set<string>();
  for (const node of network.nodes) {
    for (const [weight, axes] of weights.get(node.layer) ?? []) {
      const read = axes.find((axis) => axis?.role === 'reads');
      read?.channels.forEach((each, position) => {
        const constant = constants.reads.get(node)?.[weight]?.[position] ?? Number.NaN;
        if (each !== unit || constant === 0) return;
        const path = network.layers.get(node.layer)?.path ?? node.layer;
        const why =
          folding === undefined ? `it is not zero where "${path}" reads it` : folding.whyNot({ node, weight, position, constant });
        if (why !== undefined) reasons.add(why);
      });
    }
  }
  return [...reasons];
}
