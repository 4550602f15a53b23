import { EspalierError, type LayerNode, leafLayers, modelParameters, nestedShapes, throughCalls } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { registeredClass } from './layer-class.ts';
import type { LayerClass, LayerConfig, Network, NetworkLayer, NetworkNode, NetworkTensor, NetworkWeight, WeightValues } from './network.ts';

type Shape = readonly (number | null)[];

export interface ReadOptions {
  /** Whether the values are the network's own; where they are not, they are good until the model is trained or runs again. */
  readonly isCopied?: boolean;
}

/**
 * Reads a model as a network; the model is left as it is.
 *
 * @throws EspalierError where the model keeps state from batch to batch, or names what it cannot read.
 */
export async function readNetwork(model: tf.LayersModel, { isCopied = true }: ReadOptions = {}): Promise<Network> {
  const reader = new Reader(model);
  const network = reader.read();
  const values = await reader.values(isCopied);
  const layers = [...network.layers.values()].map((layer) => ({ ...layer, weights: layer.weights.map(valued) }));
  function valued(weight: NetworkWeight): NetworkWeight {
    return { ...weight, values: values.get(weight.parameter) as WeightValues };
  }
  return { ...network, layers: new Map(layers.map((layer) => [layer.name, layer])) };
}

class Reader {
  private readonly model: tf.LayersModel;
  private readonly names: ReadonlyMap<tf.layers.Layer, { readonly name: string; readonly path: string }>;
  private readonly parameters: ReadonlyMap<tf.Variable, string>;
  private readonly layers = new Map<string, NetworkLayer>();
  private readonly tensors = new Map<string, NetworkTensor>();
  private readonly nodes: NetworkNode[] = [];
  private readonly calls = new Map<string, number>();

  constructor(model: tf.LayersModel) {
    this.model = model;
    this.names = uniqueNames(model);
    this.parameters = new Map(modelParameters(model).map(({ name, variable }) => [variable, name]));
  }

  read(): Network {
    const { inputs, outputs } = throughCalls<string>(this.model, (...call) => this.call(...call));
    const { name, trainable } = this.model;
    const network = { name, trainable, inputs, outputs, tensors: this.tensors, layers: this.layers, nodes: this.nodes };
    return withOutputNames(network, this.model.outputNames);
  }

  /** A backend may hand out the memory that it goes on writing to. */
  async values(isCopied: boolean): Promise<Map<string, WeightValues>> {
    const entries = [...this.parameters].map(async ([variable, name]) => {
      const values = await variable.data();
      return [name, isCopied ? values.slice() : values] as const;
    });
    return new Map(await Promise.all(entries));
  }

  /** Writes a call down. @returns the ids of its outputs. */
  private call(layer: tf.layers.Layer, node: LayerNode, inputs: readonly string[], isOuter: boolean): string[] {
    const { name } = this.layerOf(layer);
    const number = (this.calls.get(name) ?? 0) + 1;
    this.calls.set(name, number);
    const given = inputs.map((id) => (this.tensors.get(id) as NetworkTensor).shape);
    const shapes = isOuter ? node.outputTensors.map(({ shape }) => shape) : nestedShapes(layer, node, given);
    const outputs = node.outputTensors.map((_, i) => {
      const id = `${name}${number > 1 ? `@${number}` : ''}${i > 0 ? `:${i}` : ''}`;
      this.tensors.set(id, { shape: [...(shapes[i] as Shape)] });
      return id;
    });
    this.nodes.push({ layer: name, inputs, outputs, args: plainArgs(node.callArgs ?? {}) });
    return outputs;
  }

  private layerOf(layer: tf.layers.Layer): NetworkLayer {
    const { name, path } = this.names.get(layer) ?? { name: layer.name, path: layer.name };
    const known = this.layers.get(name);
    if (known !== undefined) return known;
    if ((layer as { stateful?: boolean }).stateful) {
      throw new EspalierError({
        where: path,
        what: 'keeps its state from batch to batch (stateful: true)',
        why: 'the state that it has now would be lost',
        remedy: 'Build it with stateful: false, with the same weights, and give that model',
      });
    }
    const weights = layer.weights.map((weight) => this.weightOf(weight, path));
    const type = layer.getClassName();
    const layerClass = layer.constructor as unknown as LayerClass;
    const read: NetworkLayer = {
      name,
      path,
      type,
      config: configOf(layer, name, weights),
      weights,
      ...(layerClass === registeredClass(type) ? {} : { layerClass }),
    };
    this.layers.set(name, read);
    return read;
  }

  private weightOf(weight: tf.layers.Layer['weights'][number], path: string): NetworkWeight {
    const variable = weight.read() as tf.Variable;
    const parameter = this.parameters.get(variable) as string;
    const { shape, dtype } = variable;
    return { name: parameter.slice(path.length + 1), parameter, shape, dtype, trainable: weight.trainable, values: NONE };
  }
}

const NONE = new Float32Array(0);

/** Each layer's name where no other has it; else its path through the nested models, `encoder_conv_1`. Those outside keep theirs. */
function uniqueNames(model: tf.LayersModel): Map<tf.layers.Layer, { name: string; path: string }> {
  const leaves = leafLayers(model).filter(({ layer, path }) => layer.getClassName() !== 'InputLayer' || !path.includes('/'));
  const names = new Map<tf.layers.Layer, { name: string; path: string }>();
  const isOuter = (path: string) => !path.includes('/');
  const taken = new Set([...model.inputNames, ...model.outputNames]);
  for (const { layer, path } of leaves) if (isOuter(path)) taken.add(layer.name);
  for (const { layer, path } of leaves) {
    let name = layer.name;
    if (!isOuter(path) && taken.has(name)) name = path.replaceAll('/', '_');
    for (let n = 2, wanted = name; !isOuter(path) && taken.has(name); n++) name = `${wanted}_${n}`;
    taken.add(name);
    names.set(layer, { name, path });
  }
  return names;
}

/** Without the shape of its input, which the tensors of the network say; frozen where a nested model froze it. */
function configOf(layer: tf.layers.Layer, name: string, weights: readonly NetworkWeight[]): LayerConfig {
  const { batchInputShape, ...config } = layer.getConfig() as Record<string, unknown>;
  if (layer.getClassName() === 'InputLayer') return { ...config, batchInputShape, name };
  // A SeparableConv2D leaves it out.
  const { depthMultiplier } = layer as { depthMultiplier?: number };
  if (depthMultiplier !== undefined) config['depthMultiplier'] = depthMultiplier;
  const trainable = layer.trainable && (weights.length === 0 || weights.some((weight) => weight.trainable));
  return { ...config, name, trainable };
}

/** Tensors among the arguments are inputs of the call already, and masks are computed anew. */
function plainArgs(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).filter(([key]) => !['mask', 'initialState', 'constants'].includes(key)));
}

/** Outputs are named after their layer: what a nested model made keeps that model's name. */
export function withOutputNames(network: Network, wanted: readonly string[]): Network {
  const namesOf = new Map<string, Set<string>>();
  network.outputs.forEach((output, i) => {
    const { layer } = network.nodes.find(({ outputs }) => outputs.includes(output)) as NetworkNode;
    namesOf.set(layer, (namesOf.get(layer) ?? new Set()).add(wanted[i] as string));
  });
  let renamed = network;
  for (const [layer, [name, ...more]] of namesOf) {
    if (name !== undefined && more.length === 0 && !renamed.layers.has(name)) renamed = rename(renamed, layer, name);
  }
  return renamed;
}

function rename(network: Network, from: string, to: string): Network {
  const tensor = (id: string) => (id === from || id.startsWith(`${from}:`) || id.startsWith(`${from}@`) ? to + id.slice(from.length) : id);
  const layer = (name: string) => (name === from ? to : name);
  const renamed = ({ name, config, ...rest }: NetworkLayer) => ({ ...rest, name: layer(name), config: { ...config, name: layer(name) } });
  return {
    ...network,
    inputs: network.inputs.map(tensor),
    outputs: network.outputs.map(tensor),
    tensors: new Map([...network.tensors].map(([id, value]) => [tensor(id), value])),
    layers: new Map([...network.layers.values()].map((each) => [layer(each.name), renamed(each)])),
    nodes: network.nodes.map((node) => ({
      ...node,
      layer: layer(node.layer),
      inputs: node.inputs.map(tensor),
      outputs: node.outputs.map(tensor),
    })),
  };
}
