import { EspalierError } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { classOf } from './layer-class.ts';
import type { Network, NetworkLayer, NetworkNode } from './network.ts';

/** What a layer has in methods and fields that tfjs's types do not show. */
interface Buildable {
  setFastWeightInitDuringBuild(value: boolean): void;
  _refCount: number;
}

/**
 * The network as a model of plain layers, with variables of its own; the caller disposes it. Saved with `model.save`, it
 * is loaded by `tf.loadLayersModel` alone (custom layers aside, which tfjs has to know).
 *
 * @throws EspalierError naming the layer that cannot be built, or whose weights come out in another shape.
 */
export function buildModel(network: Network): tf.LayersModel {
  const layers = new Map<string, tf.layers.Layer>();
  const tensors = new Map<string, tf.SymbolicTensor>();
  try {
    for (const node of network.nodes) call(node, network.layers.get(node.layer) as NetworkLayer, layers, tensors);
    const symbolic = (id: string) => tensors.get(id) as tf.SymbolicTensor;
    const model = tf.model({ name: network.name, inputs: network.inputs.map(symbolic), outputs: network.outputs.map(symbolic) });
    if (!network.trainable) model.trainable = false;
    return model;
  } catch (error) {
    // tfjs lets a layer be disposed once it is built.
    for (const layer of layers.values()) if ((layer as { built?: boolean }).built) layer.dispose();
    throw error;
  }
}

function call(node: NetworkNode, read: NetworkLayer, layers: Map<string, tf.layers.Layer>, tensors: Map<string, tf.SymbolicTensor>): void {
  const isFirst = !layers.has(read.name);
  const layer = layers.get(read.name) ?? create(read);
  layers.set(read.name, layer);
  const inputs = node.inputs.map((id) => tensors.get(id) as tf.SymbolicTensor);
  const outputs = inputs.length === 0 ? (layer as unknown as Source).inboundNodes[0].outputTensors : apply(layer, inputs, node, read);
  node.outputs.forEach((id, i) => {
    tensors.set(id, outputs[i] as tf.SymbolicTensor);
  });
  // tfjs counts calls, but a model that is disposed takes off one: a shared layer's weights would stay behind.
  (layer as unknown as Buildable)._refCount = 1;
  if (isFirst) fill(layer, read);
}

/** An InputLayer calls itself when it is made. */
interface Source {
  readonly inboundNodes: readonly [{ readonly outputTensors: readonly tf.SymbolicTensor[] }];
}

function create(read: NetworkLayer): tf.layers.Layer {
  const layerClass = classOf(read);
  const layer = layerClass.fromConfig(layerClass, copyOf(read.config));
  // Random kernels would be drawn, orthogonal ones computed, and then written over.
  (layer as unknown as Buildable).setFastWeightInitDuringBuild(true);
  return layer;
}

function apply(layer: tf.layers.Layer, inputs: tf.SymbolicTensor[], node: NetworkNode, read: NetworkLayer): tf.SymbolicTensor[] {
  try {
    const [only] = inputs;
    const outputs = layer.apply(inputs.length === 1 && only !== undefined ? only : inputs, { ...node.args });
    return (Array.isArray(outputs) ? outputs : [outputs]) as tf.SymbolicTensor[];
  } catch (error) {
    const shapes = inputs.map(({ shape }) => `[${shape.map((size) => size ?? '?').join(', ')}]`).join(' and ');
    throw new EspalierError(
      {
        where: `${read.path} (${read.type})`,
        what: `cannot be called on ${shapes}`,
        why: error instanceof Error ? error.message : String(error),
      },
      { cause: error },
    );
  }
}

function fill(layer: tf.layers.Layer, read: NetworkLayer): void {
  const { weights } = layer;
  const shapes = (all: readonly { readonly shape: readonly (number | null)[] }[]) =>
    all.map(({ shape }) => `[${shape.join(', ')}]`).join(' ');
  if (shapes(weights) !== shapes(read.weights)) {
    throw new EspalierError({
      where: `${read.path} (${read.type})`,
      what: `its weights come out as ${shapes(weights)}, and there are ${shapes(read.weights)} for them`,
      why: 'its configuration does not go with its weights',
      remedy: 'Look at what its shape rule says of its weights and its configuration',
    });
  }
  weights.forEach((weight, i) => {
    const { values, shape, dtype, trainable } = read.weights[i] as NetworkLayer['weights'][number];
    // Not through `write`, which applies constraints.
    tf.tidy(() => (weight.read() as tf.Variable).assign(tf.tensor(values.slice(), [...shape], dtype)));
    if (weight.trainable !== trainable) weight.trainable = trainable;
  });
}

/** Wrappers take their configuration apart. */
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyOf(each)])) as T;
}
