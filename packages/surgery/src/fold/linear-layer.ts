import { EspalierError } from '@espalier/core';
import type { LayerConfig, NetworkLayer, NetworkWeight } from '../network.ts';

/** Which units make, or which inputs are read by, the numbers of a weight: one of `size`, the same for `inner` of them in a row. */
interface Along {
  readonly weight: string;
  readonly size: number;
  readonly inner: number;
}

/** Sums of products, a bias, and an activation: where the numbers of its weights belong. */
interface Linear {
  /** The weight that makes the units, and the unit that each of its numbers makes. */
  readonly makes: Along;
  /** The weight that reads the inputs, and the input that each of its numbers is multiplied with. */
  readonly reads: Along;
}

/** How each type sets out its weights; undefined for what is no such layer. */
function linearOf({ type, weights }: NetworkLayer): Linear | undefined {
  const shapeOf = (name: string) => weights.find((weight) => weight.name === name)?.shape ?? [];
  const [a, b] = shapeOf('kernel').slice(-2) as [number, number];
  const rows = { weight: 'kernel', size: a, inner: b };
  const columns = { weight: 'kernel', size: b, inner: 1 };
  switch (type) {
    case 'Dense':
    case 'Conv1D':
    case 'Conv2D':
    case 'Conv3D':
      return { makes: columns, reads: rows };
    case 'Conv2DTranspose':
    case 'Conv3DTranspose':
      return { makes: rows, reads: columns };
    case 'DepthwiseConv2D':
    case 'SeparableConv2D': {
      const [inputs, times] = shapeOf('depthwise_kernel').slice(-2) as [number, number];
      const reads = { weight: 'depthwise_kernel', size: inputs, inner: times };
      if (type === 'DepthwiseConv2D') return { makes: { weight: 'depthwise_kernel', size: inputs * times, inner: 1 }, reads };
      return { makes: { weight: 'pointwise_kernel', size: shapeOf('pointwise_kernel').at(-1) as number, inner: 1 }, reads };
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
  const { makes } = known(layer);
  const bias = layer.weights.find(({ name }) => name === 'bias')?.values;
  const shifted = new Float32Array(makes.size);
  for (let i = 0; i < makes.size; i++) shifted[i] = (bias?.[i] ?? 0) * (factor[i] as number) + (shift[i] as number);
  return withBias(scaled(layer, makes, factor), shifted);
}

/** The layer for inputs x that gives what it gave for factor · x + shift, where no zeros stand beside its input. */
export function scaleInputs(layer: NetworkLayer, factor: ArrayLike<number>, shift: ArrayLike<number>): NetworkLayer {
  const { reads } = known(layer);
  return shiftUnits(scaled(layer, reads, factor), contribution(layer, shift));
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
  const { makes, reads } = known(layer);
  const values = (name: string) => (layer.weights.find((weight) => weight.name === name) as NetworkWeight).values;
  const at = ({ size, inner }: Along, i: number) => Math.floor(i / inner) % size;
  const constantOf = (i: number) => constant[at(reads, i)] as number;
  if (makes.weight === reads.weight) return sums(values(makes.weight), makes.size, (i) => at(makes, i), constantOf);
  const between = values(reads.weight);
  const made = values(makes.weight).length / makes.size;
  const inner = sums(between, made, (i) => i % made, constantOf);
  return sums(
    values(makes.weight),
    makes.size,
    (i) => at(makes, i),
    (i) => inner[Math.floor(i / makes.size)] as number,
  );
}

function sums(values: ArrayLike<number>, units: number, unitOf: (i: number) => number, constantOf: (i: number) => number): Float64Array {
  const total = new Float64Array(units);
  for (let i = 0; i < values.length; i++) {
    const unit = unitOf(i);
    total[unit] = (total[unit] as number) + (values[i] as number) * constantOf(i);
  }
  return total;
}

function scaled(layer: NetworkLayer, along: Along, factor: ArrayLike<number>): NetworkLayer {
  const weights = layer.weights.map((weight) =>
    weight.name === along.weight ? { ...weight, values: scaledValues(weight.values, along, factor) } : weight,
  );
  return { ...layer, config: withoutConstraints(layer.config), weights };
}

function scaledValues(values: ArrayLike<number>, { size, inner }: Along, factor: ArrayLike<number>): Float32Array {
  const result = new Float32Array(values.length);
  const row = size * inner;
  for (let first = 0; first < values.length; first += row) {
    if (inner === 1) scaleRow(values, first, factor, size, result);
    else
      for (let unit = 0, at = first; unit < size; unit++) {
        const by = factor[unit] as number;
        for (const end = at + inner; at < end; at++) result[at] = (values[at] as number) * by;
      }
  }
  return result;
}

/** The usual case, a factor for each number: four at a time, which takes three fifths of the time. */
function scaleRow(values: ArrayLike<number>, first: number, factor: ArrayLike<number>, size: number, result: Float32Array): void {
  let [unit, at] = [0, first];
  for (; unit + 4 <= size; unit += 4, at += 4) {
    result[at] = (values[at] as number) * (factor[unit] as number);
    result[at + 1] = (values[at + 1] as number) * (factor[unit + 1] as number);
    result[at + 2] = (values[at + 2] as number) * (factor[unit + 2] as number);
    result[at + 3] = (values[at + 3] as number) * (factor[unit + 3] as number);
  }
  for (; unit < size; unit++, at++) result[at] = (values[at] as number) * (factor[unit] as number);
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
  const constraints = Object.keys(config).filter((key) => key.endsWith('Constraint') && (config[key] ?? null) !== null);
  return constraints.length === 0 ? config : { ...config, ...Object.fromEntries(constraints.map((key) => [key, null])) };
}

function known(layer: NetworkLayer): Linear {
  const linear = linearOf(layer);
  if (linear !== undefined) return linear;
  throw new EspalierError({ where: `"${layer.path}" (${layer.type})`, what: 'has no sums to fold anything into' });
}
