import type { Network, NetworkLayer, NetworkNode } from './network.ts';
import { networkConstants } from './network-constants.ts';
import { pruneNodes } from './prune-nodes.ts';
import type { Removal } from './removal.ts';

/** Each Add without the inputs that are always zero, and without the Add where one is left: a residual block that died. */
export function bypassSilent(network: Network): { network: Network; bypassed: Removal['bypassed'] } {
  const { tensors } = networkConstants(network);
  const isSilent = (id: string) => tensors.get(id)?.some((constants) => constants?.every((value) => value === 0) === true) ?? false;
  const bypassed: { layer: string; input: string }[] = [];
  for (const node of network.nodes) {
    const { type, path } = network.layers.get(node.layer) as NetworkLayer;
    if (type !== 'Add' || node.inputs.every(isSilent)) continue;
    for (const input of node.inputs.filter(isSilent)) bypassed.push({ layer: path, input: makerOf(network, input) });
  }
  return { network: bypass(network, bypassed), bypassed };
}

/** The network without these inputs of its Adds. */
export function bypass(network: Network, bypassed: Removal['bypassed']): Network {
  if (bypassed.length === 0) return network;
  /** What stands for the output of an Add that is gone. */
  const instead = new Map<string, string>();
  const standing = (id: string): string => {
    const other = instead.get(id);
    return other === undefined ? id : standing(other);
  };
  const nodes: NetworkNode[] = [];
  for (const node of network.nodes) {
    const { path } = network.layers.get(node.layer) as NetworkLayer;
    const dropped = bypassed.filter(({ layer }) => layer === path).map(({ input }) => input);
    const left = node.inputs.filter((id) => !dropped.includes(makerOf(network, id)));
    const [only] = left;
    const [output] = node.outputs;
    if (dropped.length > 0 && left.length === 1 && only !== undefined && output !== undefined && isAlike(network, only, output))
      instead.set(output, only);
    else nodes.push({ ...node, inputs: (left.length > 1 ? left : node.inputs).map(standing) });
  }
  return pruneNodes({ ...network, nodes, outputs: network.outputs.map(standing) });
}

function makerOf(network: Network, tensor: string): string {
  const node = network.nodes.find(({ outputs }) => outputs.includes(tensor)) as NetworkNode;
  return (network.layers.get(node.layer) as NetworkLayer).path;
}

function isAlike({ tensors }: Network, one: string, other: string): boolean {
  return tensors.get(one)?.shape.join() === tensors.get(other)?.shape.join();
}
