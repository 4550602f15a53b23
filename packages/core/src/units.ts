import type * as tf from '@tensorflow/tfjs';
import type { ModelParameter } from './parameter.ts';

/** How the elements of a weight tensor belong to the units of its layer: a Dense's neurons, a convolution's filters. */
export interface UnitAxis {
  /** How many units. */
  readonly units: number;
  /** The unit of each element. */
  readonly of: Int32Array;
}

const GATES: Readonly<Record<string, number>> = { SimpleRNN: 1, GRU: 3, LSTM: 4, ConvLSTM2D: 4 };

/**
 * The units that a weight tensor makes: columns of a kernel, filters (the last axis, the last but one where a
 * convolution is transposed), channels of a depthwise convolution, hidden units of a recurrent layer (over all gates).
 * For a bias, and the scale and shift of a norm, each entry is one.
 */
export function unitsOf({ name, layer, shape, size }: Pick<ModelParameter, 'name' | 'layer' | 'shape' | 'size'>): UnitAxis {
  const last = shape.at(-1) as number;
  if (shape.length > 2 && isTransposed(layer)) {
    const units = shape.at(-2) as number;
    return { units, of: Int32Array.from({ length: size }, (_, i) => Math.floor(i / last) % units) };
  }
  const units = name.endsWith('depthwise_kernel') ? last * (shape.at(-2) as number) : last / (GATES[typeOf(layer)] ?? 1);
  return { units, of: Int32Array.from({ length: size }, (_, i) => i % units) };
}

/** Which axis of a layer's kernel, from its end, counts what comes in: the last but one, the last of a transposed convolution. */
export function inputAxisOf(layer: tf.layers.Layer): -1 | -2 {
  return isTransposed(layer) ? -1 : -2;
}

/** The last two axes of a kernel: how long each is, and how far apart its neighbours are among the elements. */
export interface KernelPlane {
  readonly inputs: number;
  readonly inputStep: number;
  readonly outputs: number;
  readonly outputStep: number;
}

/** The input and the output axis of a kernel, of which each place of a convolution's window has a plane. */
export function kernelPlaneOf({ layer, shape }: Pick<ModelParameter, 'layer' | 'shape'>): KernelPlane {
  const [height, width] = shape.slice(-2) as [number, number];
  return inputAxisOf(layer) === -1
    ? { inputs: width, inputStep: 1, outputs: height, outputStep: width }
    : { inputs: height, inputStep: width, outputs: width, outputStep: 1 };
}

function isTransposed(layer: tf.layers.Layer): boolean {
  return /Transpose$/.test(typeOf(layer));
}

/** The class that says how a layer's weights are laid out: of a wrapper, that of what it wraps; of an RNN, its cell's. */
function typeOf(layer: tf.layers.Layer): string {
  const {
    layer: wrapped,
    forwardLayer,
    cell,
  } = layer as { layer?: tf.layers.Layer; forwardLayer?: tf.layers.Layer; cell?: tf.layers.Layer };
  const inner = wrapped ?? forwardLayer;
  if (inner !== undefined) return typeOf(inner);
  const own = layer.getClassName();
  return own === 'RNN' && cell !== undefined ? cell.getClassName().replace(/Cell$/, '') : own;
}

/** Parameters that make the same units: a recurrent layer's kernel and its recurrent one; any other by itself. */
export function sameUnits<P extends Pick<ModelParameter, 'name' | 'layer'>>(parameters: readonly P[]): P[][] {
  const sets = new Map<string, P[]>();
  for (const parameter of parameters) {
    const of = parameter.name.replace(/\/recurrent_kernel(?=$|_\d+$)/, '/kernel');
    sets.set(of, [...(sets.get(of) ?? []), parameter]);
  }
  return [...sets.values()];
}

/** Layers through which channels pass one by one, so that a batch norm behind them is that of the units before. */
const CHANNELWISE =
  /^(Activation|ReLU|LeakyReLU|ELU|ThresholdedReLU|PReLU|Dropout|SpatialDropout1D|GaussianNoise|GaussianDropout|AlphaDropout|MaxPooling\dD|AveragePooling\dD|ZeroPadding2D|UpSampling2D|Cropping2D)$/;

interface Node {
  readonly outboundLayer: tf.layers.Layer;
}

/** The batch norm that a layer's output alone goes into, channel by channel; undefined where there is none. */
export function batchNormBehind(layer: tf.layers.Layer): tf.layers.Layer | undefined {
  let here = layer;
  for (;;) {
    const next = consumersOf(here);
    const [only] = next;
    if (only === undefined || next.length !== 1) return undefined;
    const type = only.getClassName();
    if (type === 'BatchNormalization') return only;
    if (!CHANNELWISE.test(type)) return undefined;
    here = only;
  }
}

export function consumersOf(layer: tf.layers.Layer): tf.layers.Layer[] {
  const nodes = (layer as unknown as { outboundNodes: readonly Node[] }).outboundNodes;
  return [...new Set(nodes.map(({ outboundLayer }) => outboundLayer))];
}
