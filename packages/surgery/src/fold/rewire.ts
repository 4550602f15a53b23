import { callsOf, type Network, type NetworkLayer, type NetworkNode } from '../network.ts';
import { pruneNodes } from '../prune-nodes.ts';

export const layerOf = (network: Network, { layer }: NetworkNode): NetworkLayer => network.layers.get(layer) as NetworkLayer;

export const where = ({ path, type }: NetworkLayer): string => `"${path}" (${type})`;

export function makerOf(network: Network, tensor: string): NetworkNode | undefined {
  return network.nodes.find(({ outputs }) => outputs.includes(tensor));
}

/** The only call that takes a tensor, where it takes it once and the model does not give it away. */
export function onlyReader(network: Network, tensor: string): NetworkNode | undefined {
  if (network.outputs.includes(tensor)) return undefined;
  const readers = network.nodes.filter(({ inputs }) => inputs.includes(tensor));
  return readers.length === 1 && readers[0]?.inputs.length === 1 ? readers[0] : undefined;
}

/**
 * Why one tensor cannot stand for another that a call made of it; undefined where it can. An output of the model keeps
 * its name, which is that of the layer that makes it: it has to be another tensor's than all other outputs' and inputs'.
 */
export function cannotStand(network: Network, tensor: string, other: string): string | undefined {
  if (!network.outputs.includes(other)) return undefined;
  const maker = makerOf(network, tensor);
  if (maker === undefined || maker.inputs.length === 0) return "the model's output would be its input";
  const made = network.nodes.filter(({ layer }) => layer === maker.layer).flatMap(({ outputs }) => outputs);
  const { layer } = makerOf(network, other) as NetworkNode;
  if (network.nodes.filter((node) => node.layer === layer).length > 1) return 'it is called elsewhere, too';
  const isNamed = made.length > 1 || network.outputs.some((output) => output !== other && made.includes(output));
  return isNamed ? `${where(layerOf(network, maker))} would have to give two outputs of the model` : undefined;
}

/** The network in which readers of `from` read `to`, without the calls that nobody reads then; `withoutStrays` drops what they leave. */
export function replaceTensor(network: Network, from: string, to: string): Network {
  const standing = (id: string) => (id === from ? to : id);
  const nodes = network.nodes.map((node) => (node.inputs.includes(from) ? { ...node, inputs: node.inputs.map(standing) } : node));
  const rewired = { ...network, nodes, outputs: network.outputs.map(standing) };
  const maker = makerOf(network, from);
  const isRead = network.outputs.includes(from) || nodes.some((node, i) => node !== network.nodes[i]);
  const isBetween = isRead && maker?.outputs.length === 1 && maker.inputs.length === 1 && maker.inputs[0] === to;
  if (!isBetween || callsOf(network, maker.layer).length > 1) return pruneNodes(rewired);
  // As a rule the call between the two is all that is gone: what it read is read as often as before. That saves a search for more.
  return { ...rewired, nodes: nodes.filter((node) => node !== maker) };
}

export function replaceLayer(network: Network, layer: NetworkLayer): Network {
  return { ...network, layers: new Map(network.layers).set(layer.name, layer) };
}
