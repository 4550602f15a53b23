import { cutNetwork } from '../cut-network.ts';
import { type DependencyGraph, dependencyGraph } from '../dependency-graph.ts';
import { liveUnits } from '../live-units.ts';
import type { Network } from '../network.ts';
import { networkConstants } from '../network-constants.ts';
import { removalOf } from '../removal.ts';
import { stayedUnits } from '../stayed.ts';
import { ConstantFolding } from './constants.ts';
import type { Folding } from './record.ts';

/** Units that are constant, or that nobody reads: gone, but for one of a layer of which none would be left. */
export function foldConstantUnits(network: Network): Folding {
  const graph = dependencyGraph(network);
  const constants = networkConstants(network);
  const folding = new ConstantFolding(graph, constants);
  const gone = goneUnits(graph, (kept) => liveUnits({ ...graph, kept }, constants, folding.isNothing));
  const removed = Object.entries(removalOf(graph, gone));
  const folded = removed.map(([layer, { removed: units }]) => ({ layer, type: `${units.length} units`, into: null }));
  const unfolded = stayedUnits(graph, constants, gone, folding).map(({ layer, units, why }) => ({
    layer: `"${layer}"`,
    why: `${units.length} constant units: ${why}`,
  }));
  return { network: removed.length === 0 ? network : cutNetwork(folding.absorb(gone), gone), folded, unfolded };
}

function goneUnits(graph: DependencyGraph, liveOf: (kept: DependencyGraph['kept']) => Uint8Array): Uint8Array {
  const kept = new Map(graph.kept);
  for (;;) {
    const gone = liveOf(kept).map((isLive) => 1 - isLive);
    const emptied = [...graph.makers].find(([, units]) => units.every((unit) => gone[unit] === 1));
    if (emptied === undefined) return gone;
    kept.set(emptied[1][0] as number, ['is the last one of its layer']);
  }
}
