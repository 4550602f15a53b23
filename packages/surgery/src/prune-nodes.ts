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
  return withoutStrays({ ...network, nodes });
}

/** Without layers that no call is left of, and tensors that none makes; the inputs stay. */
export function withoutStrays(network: Network): Network {
  const called = new Set(network.nodes.map(({ layer }) => layer));
  const made = new Set([...network.inputs, ...network.nodes.flatMap(({ outputs }) => outputs)]);
  const layers = new Map([...network.layers].filter(([name]) => called.has(name)));
  const tensors = new Map([...network.tensors].filter(([id]) => made.has(id)));
  return { ...network, layers, tensors };
}
