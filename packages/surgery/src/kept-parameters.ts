import { keptPositions } from './cut-network.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { Network } from './network.ts';

/** What became of a parameter: its name in the new model, and the positions that are left on each axis; null for all. */
export interface KeptParameter {
  readonly name: string;
  /** As it was. */
  readonly shape: readonly number[];
  readonly kept: readonly (Int32Array | null)[];
}

/** By the parameter's name in the model that was read; those that are gone are missing. */
export function keptParameters(graph: DependencyGraph, gone: Uint8Array, after: Network): Map<string, KeptParameter> {
  const parameters = new Map<string, KeptParameter>();
  for (const { name: layer } of after.layers.values()) {
    for (const { name, parameter, shape } of graph.network.layers.get(layer)?.weights ?? []) {
      const axes = graph.weights.get(layer)?.get(name);
      const kept = shape.map((_, axis) => keptPositions(axes?.[axis]?.channels ?? null, gone));
      parameters.set(parameter, { name: `${layer}/${name}`, shape, kept });
    }
  }
  return parameters;
}
