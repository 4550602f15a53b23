import { EspalierError } from '@espalier/core';
import { type Channels, STAYS } from './channels.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { leaveOut } from './leave-out.ts';
import type { LayerConfig, Network, NetworkLayer, NetworkNode, NetworkTensor, NetworkWeight, WeightValues } from './network.ts';
import { shapeRuleOf, type WeightAxis } from './shape-rule.ts';

/**
 * The network without these units: a new one, which shares the weights that lose nothing. What joins tensors leaves out
 * those of which nothing is left, and layers that nobody reads any more vanish.
 *
 * @param gone 1 per unit of the graph that goes.
 * @throws EspalierError naming a layer of which nothing would be left.
 */
export function cutNetwork(graph: DependencyGraph, gone: Uint8Array): Network {
  const { network } = graph;
  const tensors = new Map([...network.tensors].map(([id, tensor]) => [id, cutTensor(tensor, graph.tensors.get(id) ?? [], gone)]));
  const layers = new Map([...network.layers].map(([name, layer]) => [name, cutWeights(layer, graph, gone)]));
  const isJoin = ({ layer }: NetworkNode) => layers.get(layer)?.type === 'Concatenate';
  const cut = leaveOut({ ...network, tensors, layers }, (node, input) => isJoin(node) && isEmpty(tensors.get(input)));
  for (const node of cut.nodes) refuseEmpty(node, cut);
  const resized = [...cut.layers].map(([name, layer]) => [name, resize(layer, network, cut)] as const);
  return { ...cut, layers: new Map(resized) };
}

/** Which positions of an axis are left; null for all. */
export function keptPositions(channels: Channels, gone: Uint8Array): Int32Array | null {
  if (channels?.some((unit) => unit !== STAYS && gone[unit] === 1) !== true) return null;
  const positions: number[] = [];
  channels.forEach((unit, position) => {
    if (unit === STAYS || gone[unit] === 0) positions.push(position);
  });
  return Int32Array.from(positions);
}

/** The numbers of a tensor at the positions that are left on each axis; null for all of an axis. */
export function cutValues(values: WeightValues, shape: readonly number[], kept: readonly (Int32Array | null)[]): WeightValues {
  let [left, sizes] = [values, [...shape]];
  kept.forEach((positions, axis) => {
    if (positions === null) return;
    const inner = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    const size = sizes[axis] as number;
    const outer = left.length / (inner * size);
    const next = new (left.constructor as new (length: number) => WeightValues)(outer * positions.length * inner);
    for (let o = 0, at = 0; o < outer; o++) {
      for (let p = 0; p < positions.length; p++, at += inner) {
        const start = (o * size + (positions[p] as number)) * inner;
        if (inner === 1) next[at] = left[start] as number;
        else next.set(left.subarray(start, start + inner), at);
      }
    }
    sizes = sizes.map((each, i) => (i === axis ? positions.length : each));
    left = next;
  });
  return left;
}

function cutTensor(tensor: NetworkTensor, axes: readonly Channels[], gone: Uint8Array): NetworkTensor {
  return { shape: tensor.shape.map((size, axis) => keptPositions(axes[axis] ?? null, gone)?.length ?? size) };
}

function cutWeights(layer: NetworkLayer, graph: DependencyGraph, gone: Uint8Array): NetworkLayer {
  const axes = graph.weights.get(layer.name);
  return { ...layer, weights: layer.weights.map((weight) => cutWeight(weight, axes?.get(weight.name) ?? [], gone)) };
}

function cutWeight(weight: NetworkWeight, axes: readonly WeightAxis[], gone: Uint8Array): NetworkWeight {
  const kept = axes.map((axis) => keptPositions(axis?.channels ?? null, gone));
  if (kept.every((positions) => positions === null)) return weight;
  const shape = weight.shape.map((size, axis) => kept[axis]?.length ?? size);
  return { ...weight, shape, values: cutValues(weight.values, weight.shape, kept) };
}

function isEmpty(tensor: NetworkTensor | undefined): boolean {
  return tensor?.shape.includes(0) ?? false;
}

function refuseEmpty(node: NetworkNode, { layers, tensors }: Network): void {
  const empty = [...node.inputs, ...node.outputs].find((id) => isEmpty(tensors.get(id)));
  if (empty === undefined) return;
  const { path, type } = layers.get(node.layer) as NetworkLayer;
  throw new EspalierError({ where: `${path} (${type})`, what: 'nothing would be left of it' });
}

function resize(layer: NetworkLayer, before: Network, after: Network): NetworkLayer {
  const sizes = {
    weights: Object.fromEntries(layer.weights.map(({ name, shape }) => [name, shape])),
    outputs: (after.nodes.find((node) => node.layer === layer.name)?.outputs ?? []).map(
      (id) => (after.tensors.get(id) as NetworkTensor).shape,
    ),
  };
  const old = before.layers.get(layer.name) as NetworkLayer;
  const isCut = layer.weights.some((weight, i) => weight !== old.weights[i]);
  const config = shapeRuleOf(layer.type)?.resize?.(layer.config, sizes) ?? layer.config;
  return { ...layer, config: isCut ? withoutNorms(config) : config };
}

const NORMS = new Set(['MaxNorm', 'MinMaxNorm', 'UnitNorm']);

/** A norm over what is gone is another one, and tfjs applies constraints to weights that it loads. */
function withoutNorms(config: LayerConfig): LayerConfig {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      NORMS.has((value as { className?: string } | null)?.className ?? '') ? null : value,
    ]),
  );
}
