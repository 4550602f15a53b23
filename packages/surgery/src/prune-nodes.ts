import type { Network, NetworkNode } from './network.ts';

/** Without calls that no output needs, and layers that are not called any more; the inputs stay. */
export function pruneNodes(network: Network): Network {
  const needed = new Set<string>([...network.outputs, ...network.inputs]);
  const nodes: NetworkNode[] = [];
  for (const node of [...network.nodes].reverse()) {
    if (!node.outputs.some((id) => needed.has(id))) continue;
    for (const id of node.inputs) needed.add(id);
    nodes.push(node);
  }
  if (nodes.length === network.nodes.length) return network;
  nodes.reverse();
  const [kept, called] = [new Set(nodes), new Set(nodes.map(({ layer }) => layer))];
  const [layers, tensors] = [new Map(network.layers), new Map(network.tensors)];
  for (const node of network.nodes) {
    if (kept.has(node)) continue;
    if (!called.has(node.layer)) layers.delete(node.layer);
    for (const id of node.outputs) tensors.delete(id);
  }
  return { ...network, nodes, layers, tensors };
}
