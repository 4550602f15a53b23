import type { Network, NetworkNode } from './network.ts';
import { pruneNodes } from './prune-nodes.ts';
import { withOutputNames } from './read-network.ts';

/**
 * The network without some inputs of what joins or sums tensors. A call that would be left with one input stands aside for
 * it, where that has the same shape; outputs of the model keep their names. Layers that nobody reads any more vanish.
 *
 * @param isOut whether an input of a call is left out; a call keeps its inputs where all are.
 */
export function leaveOut(network: Network, isOut: (node: NetworkNode, input: string) => boolean): Network {
  const instead = new Map<string, string>();
  const standing = (id: string): string => {
    const other = instead.get(id);
    return other === undefined ? id : standing(other);
  };
  const nodes: NetworkNode[] = [];
  for (const node of network.nodes) {
    const left = node.inputs.filter((input) => !isOut(node, input));
    const [only] = left;
    const [output] = node.outputs;
    const isChanged = left.length < node.inputs.length && left.length > 0;
    if (isChanged && left.length === 1 && only !== undefined && output !== undefined && isAlike(network, only, output)) {
      instead.set(output, only);
      continue;
    }
    // A sum of one that is spread over others needs the other for its shape.
    nodes.push({ ...node, inputs: (isChanged && left.length > 1 ? left : node.inputs).map(standing) });
  }
  if (instead.size === 0 && nodes.every((node, i) => node.inputs.length === network.nodes[i]?.inputs.length)) return pruneNodes(network);
  const names = network.outputs.map((id) => network.nodes.find(({ outputs }) => outputs.includes(id))?.layer ?? id);
  return withOutputNames(pruneNodes({ ...network, nodes, outputs: network.outputs.map(standing) }), names);
}

function isAlike({ tensors }: Network, one: string, other: string): boolean {
  return tensors.get(one)?.shape.join() === tensors.get(other)?.shape.join();
}
