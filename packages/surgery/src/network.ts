import type * as tf from '@tensorflow/tfjs';

/**
 * A model read as a plain value: which layers are called on which tensors, with which configuration and weights. Nested
 * models are flattened in. It holds no tensor and no variable, so that nobody has to dispose it, and nobody writes into
 * one: an edit is a new network that shares what it leaves as it was.
 */
export interface Network {
  readonly name: string;
  readonly trainable: boolean;
  /** Tensors by id, in the order of the model's inputs and outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** By id: `conv_1`, the layer that makes it; `lstm:1` for its second output, `encoder@2` for the layer's second call. */
  readonly tensors: ReadonlyMap<string, NetworkTensor>;
  /** By name, each once, however often it is called. */
  readonly layers: ReadonlyMap<string, NetworkLayer>;
  /** Calls of layers, what is needed before what needs it. */
  readonly nodes: readonly NetworkNode[];
}

export interface NetworkTensor {
  /** With the batch; null where it is open. */
  readonly shape: readonly (number | null)[];
}

/** One call of a layer. */
export interface NetworkNode {
  readonly layer: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What the call was given besides tensors: `training`. */
  readonly args: Readonly<Record<string, unknown>>;
}

export interface NetworkLayer {
  /** Unique in the network; the layer's own where no nested model repeats it. */
  readonly name: string;
  /** Where it is in the model that was read: `encoder/conv_1`. */
  readonly path: string;
  /** `Conv2D`. */
  readonly type: string;
  /** What `getConfig` gave; `name` and `trainable` are those of the network. */
  readonly config: LayerConfig;
  /** In the order of `layer.weights`. */
  readonly weights: readonly NetworkWeight[];
  /** The class itself, of a layer whose class is not the one that tfjs knows by this name. */
  readonly layerClass?: LayerClass;
}

export type LayerConfig = Readonly<Record<string, unknown>>;

export interface NetworkWeight {
  /** `kernel`, `forward/recurrent_kernel`. */
  readonly name: string;
  /** The parameter of the model that was read: `encoder/conv_1/kernel`. */
  readonly parameter: string;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
  readonly trainable: boolean;
  readonly values: WeightValues;
}

export type WeightValues = Float32Array | Int32Array | Uint8Array;

export interface LayerClass {
  new (...args: never[]): tf.layers.Layer;
  readonly className: string;
  fromConfig(cls: LayerClass, config: Record<string, unknown>): tf.layers.Layer;
}

/** The calls that take a tensor. */
export function readersOf(network: Network, tensor: string): NetworkNode[] {
  return network.nodes.filter(({ inputs }) => inputs.includes(tensor));
}

/** The calls of a layer: more than one where it is shared. */
export function callsOf(network: Network, layer: string): NetworkNode[] {
  return network.nodes.filter((node) => node.layer === layer);
}
