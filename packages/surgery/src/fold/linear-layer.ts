import { EspalierError } from '@espalier/core';
import type { LayerConfig, NetworkLayer, NetworkWeight } from '../network.ts';

/** Sums of products, a bias, and an activation: where the numbers of its weights belong. */
interface Linear {
  /** The weight that makes the units, and the unit that each of its numbers makes. */
  readonly makes: string;
  readonly units: number;
  unitOf(index: number): number;
  /** The weight that reads the inputs, and the input that each of its numbers is multiplied with. */
  readonly reads: string;
  inputOf(index: number): number;
}

/** How each type sets out its weights; undefined for what is no such layer. */
function linearOf({ type, weights }: NetworkLayer): Linear | undefined {
  const shapeOf = (name: string) => weights.find((weight) => weight.name === name)?.shape ?? [];
  const [a, b] = shapeOf('kernel').slice(-2) as [number, number];
  switch (type) {
    case 'Dense':
    case 'Conv1D':
    case 'Conv2D':
    case 'Conv3D':
      return { makes: 'kernel', units: b, unitOf: (i) => i % b, reads: 'kernel', inputOf: (i) => Math.floor(i / b) % a };
    case 'Conv2DTranspose':
    case 'Conv3DTranspose':
      return { makes: 'kernel', units: a, unitOf: (i) => Math.floor(i / b) % a, reads: 'kernel', inputOf: (i) => i % b };
    case 'DepthwiseConv2D':
    case 'SeparableConv2D': {
      const [inputs, times] = shapeOf('depthwise_kernel').slice(-2) as [number, number];
      const made = inputs * times;
      const reading = { reads: 'depthwise_kernel', inputOf: (i: number) => Math.floor((i % made) / times) };
      if (type === 'DepthwiseConv2D') return { makes: 'depthwise_kernel', units: made, unitOf: (i) => i % made, ...reading };
      const filters = shapeOf('pointwise_kernel').at(-1) as number;
      return { makes: 'pointwise_kernel', units: filters, unitOf: (i) => i % filters, ...reading };
    }
  }
  return undefined;
}

/** tfjs adds biases to images whose channels come first correctly in these alone. */
const CHANNELS_FIRST = new Set(['Conv2D', 'Conv2DTranspose']);

/** Whether its weights can be rewritten here, and its activation set. */
export function isLinearLayer(layer: NetworkLayer): boolean {
  return linearOf(layer) !== undefined && (layer.config['dataFormat'] !== 'channelsFirst' || CHANNELS_FIRST.has(layer.type));
}

/** Whether it gives its sums as they are. */
export function hasActivation({ config }: NetworkLayer): boolean {
  return (config['activation'] ?? 'linear') !== 'linear';
}

/** For sums y of the layer, factor · y + shift. */
export function scaleUnits(layer: NetworkLayer, factor: ArrayLike<number>, shift: ArrayLike<number>): NetworkLayer {
  const { makes, units, unitOf } = known(layer);
  const bias = layer.weights.find(({ name }) => name === 'bias')?.values;
  const shifted = Float32Array.from({ length: units }, (_, i) => (bias?.[i] ?? 0) * (factor[i] as number) + (shift[i] as number));
  return withBias(
    withValues(layer, makes, (value, i) => value * (factor[unitOf(i)] as number)),
    shifted,
  );
}

/** The layer for inputs x that gives what it gave for factor · x + shift, where no zeros stand beside its input. */
export function scaleInputs(layer: NetworkLayer, factor: ArrayLike<number>, shift: ArrayLike<number>): NetworkLayer {
  const { reads, inputOf } = known(layer);
  const scaled = withValues(layer, reads, (value, i) => value * (factor[inputOf(i)] as number));
  return shiftUnits(scaled, contribution(layer, shift));
}

/** The layer with these added to its biases. */
export function shiftUnits(layer: NetworkLayer, shift: Float64Array): NetworkLayer {
  if (shift.every((value) => value === 0)) return layer;
  const bias = layer.weights.find(({ name }) => name === 'bias')?.values;
  return withBias(
    layer,
    Float32Array.from(shift, (value, i) => (bias?.[i] ?? 0) + value),
  );
}

/** What constant inputs come to in each unit: Σ w · constant. */
function contribution(layer: NetworkLayer, constant: ArrayLike<number>): Float64Array {
  const { makes, units, unitOf, reads, inputOf } = known(layer);
  const values = (name: string) => (layer.weights.find((weight) => weight.name === name) as NetworkWeight).values;
  if (makes === reads) return sums(values(makes), units, unitOf, (i) => constant[inputOf(i)] as number);
  const between = values(reads);
  const made = values(makes).length / units;
  const inner = sums(
    between,
    made,
    (i) => i % made,
    (i) => constant[inputOf(i)] as number,
  );
  return sums(values(makes), units, unitOf, (i) => inner[Math.floor(i / units)] as number);
}

function sums(values: ArrayLike<number>, units: number, unitOf: (i: number) => number, constantOf: (i: number) => number): Float64Array {
  const total = new Float64Array(units);
  for (let i = 0; i < values.length; i++) {
    const unit = unitOf(i);
    total[unit] = (total[unit] as number) + (values[i] as number) * constantOf(i);
  }
  return total;
}

function withValues(layer: NetworkLayer, name: string, f: (value: number, i: number) => number): NetworkLayer {
  const weights = layer.weights.map((weight) =>
    weight.name === name ? { ...weight, values: (weight.values as Float32Array).map(f) } : weight,
  );
  return { ...layer, config: withoutConstraints(layer.config), weights };
}

/** With this bias, whether it had one or not. */
function withBias(layer: NetworkLayer, values: Float32Array): NetworkLayer {
  const others = layer.weights.filter(({ name }) => name !== 'bias');
  const [first] = others as [NetworkWeight];
  const old = layer.weights.find(({ name }) => name === 'bias');
  const made = {
    name: 'bias',
    parameter: `${layer.path}/bias`,
    shape: [values.length],
    dtype: 'float32' as const,
    trainable: first.trainable,
  };
  return {
    ...layer,
    config: { ...withoutConstraints(layer.config), useBias: true },
    weights: [...others, { ...(old ?? made), values }],
  };
}

/** What a constraint said of the old weights need not hold for the new ones, and tfjs applies constraints to what it loads. */
function withoutConstraints(config: LayerConfig): LayerConfig {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, key.endsWith('Constraint') ? null : value]));
}

function known(layer: NetworkLayer): Linear {
  const linear = linearOf(layer);
  if (linear !== undefined) return linear;
  throw new EspalierError({ where: `"${layer.path}" (${layer.type})`, what: 'has no sums to fold anything into' });
}
