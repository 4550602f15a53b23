import type { Network, NetworkLayer, NetworkNode } from '../network.ts';
import { withoutStrays } from '../prune-nodes.ts';
import type { Attempt, Folded, Folding } from './record.ts';
import { layerOf, where } from './rewire.ts';

/** Tries every call in turn, and again while anything folded: what stood in the way of others may be gone. */
export function foldEach(network: Network, attempt: (network: Network, node: NetworkNode, layer: NetworkLayer) => Attempt): Folding {
  const folded: Folded[] = [];
  let reasons = new Map<string, string>();
  let [current, at, before] = [network, 0, 0];
  while (at < current.nodes.length || folded.length > before) {
    if (at >= current.nodes.length) [at, before, reasons] = [0, folded.length, new Map()];
    const node = current.nodes[at] as NetworkNode;
    const layer = layerOf(current, node);
    const tried = attempt(current, node, layer);
    if (typeof tried === 'object') {
      folded.push({ layer: layer.path, type: layer.type, into: tried.into });
      // What comes next stands where it stood, or not far behind.
      current = tried.network;
    } else {
      if (tried !== undefined) reasons.set(where(layer), tried);
      at++;
    }
  }
  return {
    network: current === network ? network : withoutStrays(current),
    folded,
    unfolded: [...reasons].map(([layer, why]) => ({ layer, why })),
  };
}
