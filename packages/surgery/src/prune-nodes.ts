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
  const called = new Set(nodes.map(({ layer }) => layer));
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  return {
    ...network,
    nodes,
    layers: new Map([...network.layers].filter(([name]) => called.has(name))),
    tensors: new Map([...network.tensors].filter(([id]) => made.has(id))),
  };
}
