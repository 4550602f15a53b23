import { type Channels, STAYS } from './channels.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { NetworkTensor } from './network.ts';
import { type Cost, networkCost } from './network-cost.ts';

/** What the network would cost without these units. */
export function graphCost(graph: DependencyGraph, gone: Uint8Array): Cost {
  const { network } = graph;
  return networkCost(network, {
    tensor: (id) => left((network.tensors.get(id) as NetworkTensor).shape, graph.tensors.get(id) ?? [], gone),
    weight: (layer, name, shape) =>
      left(
        shape,
        graph.weights
          .get(layer)
          ?.get(name)
          ?.map((axis) => axis?.channels ?? null) ?? [],
        gone,
      ),
  });
}

function left<S extends number | null>(shape: readonly S[], axes: readonly Channels[], gone: Uint8Array): S[] {
  return shape.map((size, axis) => {
    const channels = axes[axis] ?? null;
    if (channels === null || size === null) return size;
    let kept: number = size;
    for (const unit of channels) if (unit !== STAYS && gone[unit] === 1) kept--;
    return kept as S;
  });
}
