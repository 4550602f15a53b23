import { callsOf, type Network, type NetworkNode } from '../network.ts';
import { foldEach } from './fold-each.ts';
import { hasActivation, isLinearLayer } from './linear-layer.ts';
import type { Attempt, Folding } from './record.ts';
import { cannotStand, layerOf, makerOf, onlyReader, replaceLayer, replaceTensor, where } from './rewire.ts';

/** An activation as a layer becomes the activation of the layer before it; `relu6` aside. */
export function foldActivations(network: Network): Folding {
  return foldEach(network, (current, node, layer) => {
    const name = activationOf(current, node);
    if (name === undefined) return LAYERS.has(layer.type) ? 'tfjs has no activation of this kind by name' : undefined;
    return name === 'relu6' ? undefined : fuse(current, node, name);
  });
}

/** The same for `relu6`, and ReLU layers up to 6, alone. */
export function foldRelu6(network: Network): Folding {
  return foldEach(network, (current, node) => (activationOf(current, node) === 'relu6' ? fuse(current, node, 'relu6') : undefined));
}

function fuse(network: Network, node: NetworkNode, name: string): Attempt {
  const maker = makerOf(network, node.inputs[0] as string) as NetworkNode;
  const layer = layerOf(network, maker);
  if (!isLinearLayer(layer) || maker.inputs.length === 0) return `${where(layer)} before it takes no activation`;
  if (hasActivation(layer)) return `${where(layer)} before it has the activation ${String(layer.config['activation'])}`;
  const calls = callsOf(network, layer.name);
  const readers = calls.map(({ outputs }) => onlyReader(network, outputs[0] as string));
  if (!readers.every((reader) => reader !== undefined && activationOf(network, reader) === name))
    return `${where(layer)} before it is read elsewhere, too`;
  let fused = replaceLayer(network, { ...layer, config: { ...layer.config, activation: name } });
  for (const reader of readers as NetworkNode[]) {
    const [from, to] = [reader.outputs[0] as string, reader.inputs[0] as string];
    const why = cannotStand(fused, to, from);
    if (why !== undefined) return why;
    fused = replaceTensor(fused, from, to);
  }
  return { network: fused, into: layer.path };
}

const LAYERS = new Set(['Activation', 'ReLU', 'ELU', 'LeakyReLU', 'ThresholdedReLU', 'PReLU', 'Softmax']);

/** The activation, by the name that tfjs has for it, that a call of a layer is. */
function activationOf(network: Network, node: NetworkNode): string | undefined {
  const { type, config } = layerOf(network, node);
  switch (type) {
    case 'Activation':
      return typeof config['activation'] === 'string' ? config['activation'] : undefined;
    case 'ReLU':
      return (config['maxValue'] ?? null) === null ? 'relu' : config['maxValue'] === 6 ? 'relu6' : undefined;
    case 'ELU':
      return (config['alpha'] ?? 1) === 1 ? 'elu' : undefined;
    case 'ThresholdedReLU':
      return config['theta'] === 0 ? 'relu' : undefined;
    case 'Softmax': {
      const rank = network.tensors.get(node.inputs[0] as string)?.shape.length ?? 0;
      const axes = [config['axis'] ?? 1].flat();
      const isLast = axes.length === 1 && (axes[0] === -1 || axes[0] === rank - 1);
      // The layer leaves out what is masked.
      return isLast && !hasMasks(network) ? 'softmax' : undefined;
    }
  }
  return undefined;
}

function hasMasks({ layers }: Network): boolean {
  return [...layers.values()].some(({ type, config }) => type === 'Masking' || config['maskZero'] === true);
}
