import { EspalierError } from '@espalier/core';
import { affineOf } from '../fold/batch-norms.ts';
import { hasActivation } from '../fold/linear-layer.ts';
import { where } from '../fold/rewire.ts';
import type { NetworkLayer } from '../network.ts';
import { positiveAxis } from '../rules/common.ts';
import { type Attribute, count, counts, FLOATS, flag, type GraphDef, INTS, number, text } from './graph-def.ts';

/** A call of a layer, as it is put into a graph. */
export interface Call {
  readonly graph: GraphDef;
  readonly layer: NetworkLayer;
  readonly inputs: readonly string[];
  readonly inputShapes: readonly (readonly (number | null)[])[];
  readonly outputShape: readonly (number | null)[];
  /** The weight as a constant of the graph, once however often it is read; undefined where there is none. */
  weight(name: string): string | undefined;
}

type Operation = (call: Call, input: string) => string;

const T = { T: FLOATS };
const IMAGE = { ...T, data_format: text('NHWC') };

/** One operation of TensorFlow's per activation. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  elu: 'Elu',
  selu: 'Selu',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softplus: 'Softplus',
  softsign: 'Softsign',
  softmax: 'Softmax',
  logSoftmax: 'LogSoftmax',
};

function activated(call: Call, name: unknown, input: string): string {
  if ((name ?? 'linear') === 'linear') return input;
  if (name === 'swish') return call.graph.add('Mul', [input, call.graph.add('Sigmoid', [input])]);
  const operation = typeof name === 'string' ? ACTIVATIONS[name] : undefined;
  return operation === undefined ? refuse(call, `has the activation ${String(name)}`) : call.graph.add(operation, [input]);
}

/** With its bias and its activation, which TensorFlow runs as one operation with what comes before. */
function finished(call: Call, sums: string): string {
  const bias = call.weight('bias');
  const biased = bias === undefined ? sums : call.graph.add('BiasAdd', [sums, bias], IMAGE);
  return hasActivation(call.layer) ? activated(call, call.layer.config['activation'], biased) : biased;
}

const pair = (value: unknown) => [value, value].flat().slice(0, 2) as [number, number];

function windowed({ layer: { config } }: Call, dilation: unknown = 1): Record<string, Attribute> {
  const spread = (value: unknown) => counts([1, ...pair(value ?? 1), 1]);
  const padding = text(String(config['padding'] ?? 'valid').toUpperCase());
  return { ...IMAGE, strides: spread(config['strides']), padding, dilations: spread(dilation) };
}

const convolution: Operation = (call, input) => {
  const convolved = call.graph.add('Conv2D', [input, weightOf(call, 'kernel')], windowed(call, call.layer.config['dilationRate']));
  return finished(call, convolved);
};

// A depthwise layer of tfjs leaves its dilation aside.
const depthwise: Operation = (call, input) =>
  finished(call, call.graph.add('DepthwiseConv2dNative', [input, weightOf(call, 'depthwise_kernel')], windowed(call)));

const separable: Operation = (call, input) => {
  const attributes = windowed(call, call.layer.config['dilationRate']);
  const channels = call.graph.add('DepthwiseConv2dNative', [input, weightOf(call, 'depthwise_kernel')], attributes);
  const one = { ...attributes, strides: counts([1, 1, 1, 1]), dilations: counts([1, 1, 1, 1]), padding: text('VALID') };
  return finished(call, call.graph.add('Conv2D', [channels, weightOf(call, 'pointwise_kernel')], one));
};

const dense: Operation = (call, input) => {
  const [shape] = call.inputShapes as [readonly (number | null)[]];
  const rows = shape.length === 2 ? input : reshaped(call, input, [-1, shape.at(-1) as number]);
  const sums = call.graph.add('MatMul', [rows, weightOf(call, 'kernel')]);
  const bias = call.weight('bias');
  const biased = bias === undefined ? sums : call.graph.add('BiasAdd', [sums, bias], IMAGE);
  const units = hasActivation(call.layer) ? activated(call, call.layer.config['activation'], biased) : biased;
  return shape.length === 2 ? units : reshaped(call, units, call.outputShape);
};

const batchNorm: Operation = (call, input) => {
  const { factor, shift } = affineOf(call.layer);
  const rank = call.outputShape.length;
  const axis = positiveAxis((call.layer.config['axis'] as number | undefined) ?? -1, rank);
  const shape = call.outputShape.map((_, i) => (i === axis ? factor.length : 1));
  const scaled = call.graph.add('Mul', [input, call.graph.floats(Float32Array.from(factor), shape)]);
  return call.graph.add('AddV2', [scaled, call.graph.floats(Float32Array.from(shift), shape)]);
};

function pooling(operation: string): Operation {
  return (call, input) => {
    const { poolSize, strides, padding } = call.layer.config;
    const spread = (value: unknown) => counts([1, ...pair(value), 1]);
    return call.graph.add(operation, [input], {
      ...IMAGE,
      ksize: spread(poolSize),
      strides: spread(strides ?? poolSize),
      padding: text(String(padding ?? 'valid').toUpperCase()),
    });
  };
}

function overPlaces(operation: string): Operation {
  return ({ graph, inputShapes }, input) => {
    const axes = (inputShapes[0] ?? []).map((_, i) => i).slice(1, -1);
    return graph.add(operation, [input, graph.ints(axes)], { ...T, Tidx: INTS, keep_dims: flag(false) });
  };
}

/** Of two, and that of the next. */
function merged(operation: string): Operation {
  return ({ graph, inputs }) => inputs.slice(1).reduce((sum, input) => graph.add(operation, [sum, input]), inputs[0] as string);
}

const concatenated: Operation = ({ graph, inputs, layer, outputShape }) =>
  graph.add(
    'ConcatV2',
    [...inputs, graph.ints([positiveAxis((layer.config['axis'] as number | undefined) ?? -1, outputShape.length)], [])],
    {
      ...T,
      N: count(inputs.length),
      Tidx: INTS,
    },
  );

const padded: Operation = ({ graph, layer }, input) => {
  // 1, [1, 2] or [[0, 1], [0, 1]].
  const given = layer.config['padding'] ?? 1;
  const sides = (Array.isArray(given) ? given : [given, given]).map(pair);
  return graph.add('Pad', [input, graph.ints([[0, 0], ...sides, [0, 0]].flat(), [4, 2])], { ...T, Tpaddings: INTS });
};

function reshaped(call: Call, input: string, shape: readonly (number | null)[]): string {
  const sizes = shape.map((size, i) => size ?? (i === 0 ? -1 : refuse(call, 'has sizes that are open')));
  return call.graph.add('Reshape', [input, call.graph.ints(sizes)], { ...T, Tshape: INTS });
}

const reshape: Operation = (call, input) => reshaped(call, input, call.outputShape);
const passing: Operation = (_, input) => input;

/** What each type of layer is in operations of TensorFlow's. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  Dense: dense,
  Conv2D: convolution,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  BatchNormalization: batchNorm,
  Activation: (call, input) => activated(call, call.layer.config['activation'], input),
  ReLU: (call, input) => {
    const { maxValue } = call.layer.config;
    if ((maxValue ?? null) === null) return activated(call, 'relu', input);
    return maxValue === 6 ? activated(call, 'relu6', input) : refuse(call, `is cut off at ${String(maxValue)}`);
  },
  LeakyReLU: ({ graph, layer }, input) =>
    graph.add('LeakyRelu', [input], { ...T, alpha: number((layer.config['alpha'] as number | undefined) ?? 0.3) }),
  Add: merged('AddV2'),
  Multiply: merged('Mul'),
  Maximum: merged('Maximum'),
  Minimum: merged('Minimum'),
  Subtract: merged('Sub'),
  Concatenate: concatenated,
  MaxPooling2D: pooling('MaxPool'),
  AveragePooling2D: pooling('AvgPool'),
  GlobalAveragePooling2D: overPlaces('Mean'),
  GlobalAveragePooling1D: overPlaces('Mean'),
  GlobalMaxPooling2D: overPlaces('Max'),
  GlobalMaxPooling1D: overPlaces('Max'),
  ZeroPadding2D: padded,
  Flatten: reshape,
  Reshape: reshape,
  Dropout: passing,
  SpatialDropout1D: passing,
  AlphaDropout: passing,
  GaussianDropout: passing,
  GaussianNoise: passing,
};

function weightOf(call: Call, name: string): string {
  return call.weight(name) ?? refuse(call, `has no ${name}`);
}

/** @throws EspalierError always: the layer is not known as operations. */
export function refuse({ layer }: Pick<Call, 'layer'>, what: string): never {
  throw new EspalierError({
    where: where(layer),
    what,
    why: 'there is no way to write that as operations of TensorFlow here',
    remedy: 'Take the model of layers, without savedModel',
  });
}
