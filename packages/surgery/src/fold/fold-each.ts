import type { Network, NetworkLayer, NetworkNode } from '../network.ts';
import type { Attempt, Folded, Folding } from './record.ts';
import { layerOf, where } from './rewire.ts';

/** Tries every call in turn, until nothing is left that folds. */
export function foldEach(network: Network, attempt: (network: Network, node: NetworkNode, layer: NetworkLayer) => Attempt): Folding {
  const folded: Folded[] = [];
  const reasons = new Map<string, string>();
  let [current, at] = [network, 0];
  while (at < current.nodes.length) {
    const node = current.nodes[at] as NetworkNode;
    const layer = layerOf(current, node);
    const tried = attempt(current, node, layer);
    if (typeof tried === 'object') {
      folded.push({ layer: layer.path, type: layer.type, into: tried.into });
      reasons.delete(where(layer));
      current = tried.network;
      // What it stood in the way of may fold now.
      at = 0;
    } else {
      if (tried !== undefined) reasons.set(where(layer), tried);
      at++;
    }
  }
  return { network: current, folded, unfolded: [...reasons].map(([layer, why]) => ({ layer, why })) };
}
