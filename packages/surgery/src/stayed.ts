import { STAYS } from './channels.ts';
import type { DependencyGraph } from './dependency-graph.ts';
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
export function stayedUnits(graph: DependencyGraph, constants: NetworkConstants, gone: Uint8Array): Stayed[] {
  const stayed: Stayed[] = [];
  for (const [name, made] of graph.makers) {
    const layer = [...graph.network.layers.values()].find(({ path }) => name === path || name.startsWith(`${path}/`)) as NetworkLayer;
    const silent = silencedUnits(graph, layer);
    const reasons = new Map<string, number[]>();
    made.forEach((unit, i) => {
      if (unit === STAYS || gone[unit] === 1 || !silent.has(unit)) return;
      const why = reasonFor(graph, constants, name, unit);
      reasons.set(why, [...(reasons.get(why) ?? []), i]);
    });
    for (const [why, units] of reasons) stayed.push({ layer: name, units, why });
  }
  return stayed;
}

/** Units that this layer makes by zeros alone, biases aside. */
function silencedUnits({ weights }: DependencyGraph, layer: NetworkLayer): Set<number> {
  const [silent, heard] = [new Set<number>(), new Set<number>()];
  for (const { name, shape, values } of layer.weights) {
    const axes = weights.get(layer.name)?.get(name) ?? [];
    const axis = axes.findIndex((each) => each?.role === 'makes');
    if (axis < 0 || shape.length < 2) continue;
    const channels = axes[axis]?.channels as Int32Array;
    const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    for (const unit of channels) silent.add(unit);
    values.forEach((value, i) => {
      if (value !== 0) heard.add(channels[Math.floor(i / inner) % channels.length] as number);
    });
  }
  return new Set([...silent].filter((unit) => !heard.has(unit)));
}

function reasonFor(graph: DependencyGraph, constants: NetworkConstants, maker: string, unit: number): string {
  const kept = graph.kept.get(unit);
  if (kept !== undefined) return kept.join('; ');
  const readers = readersOf(graph, constants, unit).map((name) => `"${name}"`);
  const tied =
    graph.groups.find(({ makers }) => makers.includes(maker) && makers.length > 1)?.makers.filter((name) => name !== maker) ?? [];
  const alive = tied.length > 0 ? `tied to units of ${tied.map((name) => `"${name}"`).join(', ')}; ` : '';
  return readers.length > 0
    ? `${alive}it is not zero where ${readers.join(', ')} ${readers.length > 1 ? 'read' : 'reads'} it`
    : `${alive}it is read`;
}

/** The layers that read a unit where it is not always zero. */
function readersOf({ network, weights }: DependencyGraph, constants: NetworkConstants, unit: number): string[] {
  const readers = new Set<string>();
  for (const node of network.nodes) {
    for (const [name, axes] of weights.get(node.layer) ?? []) {
      const read = axes.find((axis) => axis?.role === 'reads');
      read?.channels.forEach((each, position) => {
        if (each === unit && constants.reads.get(node)?.[name]?.[position] !== 0)
          readers.add(network.layers.get(node.layer)?.path ?? node.layer);
      });
    }
  }
  return [...readers];
}
