import { callsOf, type Network, type NetworkLayer, type NetworkNode } from '../network.ts';
import { pruneNodes } from '../prune-nodes.ts';
import { samePadding, windowsOf } from '../rules/borders.ts';
import { foldEach } from './fold-each.ts';
import type { Attempt, Folding } from './record.ts';
import { layerOf, replaceLayer, where } from './rewire.ts';

const CONVOLUTIONS = new Set(['Conv2D', 'DepthwiseConv2D', 'SeparableConv2D']);

/** A ZeroPadding2D before convolutions becomes their `padding: 'same'`, where that puts the same zeros on the same sides. */
export function foldZeroPadding(network: Network): Folding {
  return foldEach(network, (current, node, layer) => (layer.type === 'ZeroPadding2D' ? foldInto(current, node, layer) : undefined));
}

function foldInto(network: Network, node: NetworkNode, layer: NetworkLayer): Attempt {
  const [input, output] = [node.inputs[0] as string, node.outputs[0] as string];
  if (network.outputs.includes(output)) return "is the model's output";
  const readers = network.nodes.filter(({ inputs }) => inputs.includes(output));
  const why = readers.map((reader) => whyNot(network, reader, layer, input)).find((each) => each !== undefined);
  if (why !== undefined) return why;
  let folded = network;
  for (const reader of readers) {
    const convolution = layerOf(folded, reader);
    folded = replaceLayer(folded, { ...convolution, config: { ...convolution.config, padding: 'same' } });
  }
  const nodes = folded.nodes.map((each) => (readers.includes(each) ? { ...each, inputs: [input] } : each));
  return { network: pruneNodes({ ...folded, nodes }), into: readers.map((reader) => layerOf(network, reader).path).join(', ') };
}

function whyNot(network: Network, reader: NetworkNode, padding: NetworkLayer, input: string): string | undefined {
  const layer = layerOf(network, reader);
  const { type, config } = layer;
  if (!CONVOLUTIONS.has(type)) return `${where(layer)} behind it cannot pad`;
  if ((config['padding'] ?? 'valid') !== 'valid') return `${where(layer)} behind it pads, too`;
  if (callsOf(network, layer.name).length > 1) return `${where(layer)} behind it is shared`;
  if ((config['dataFormat'] ?? 'channelsLast') !== (padding.config['dataFormat'] ?? 'channelsLast'))
    return `${where(layer)} behind it has its channels elsewhere`;
  const shape = network.tensors.get(input)?.shape ?? [];
  // A depthwise layer of tfjs leaves its dilation aside.
  const windows = windowsOf(type === 'DepthwiseConv2D' ? { ...config, dilationRate: 1 } : config, shape);
  const given = sidesOf(padding.config['padding']);
  const isSame = windows.every((window, axis) => samePadding(window)?.join() === given[axis]?.join());
  return isSame ? undefined : `${where(layer)} behind it would put its zeros on other sides`;
}

/** 1, [1, 2] or [[0, 1], [0, 1]]. */
function sidesOf(padding: unknown): [number, number][] {
  const both = Array.isArray(padding) ? padding : [padding ?? 1, padding ?? 1];
  return both.map((each) => (Array.isArray(each) ? (each as [number, number]) : [each, each]));
}
