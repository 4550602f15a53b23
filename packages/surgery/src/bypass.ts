import { leaveOut } from './leave-out.ts';
import type { Network, NetworkLayer, NetworkNode } from './network.ts';
import { networkConstants } from './network-constants.ts';
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
  return leaveOut(network, (node, input) => {
    const { path } = network.layers.get(node.layer) as NetworkLayer;
    return bypassed.some((each) => each.layer === path && each.input === makerOf(network, input));
  });
}

function makerOf(network: Network, tensor: string): string {
  const node = network.nodes.find(({ outputs }) => outputs.includes(tensor)) as NetworkNode;
  return (network.layers.get(node.layer) as NetworkLayer).path;
}
