import { activated } from './activation.ts';
import { type Call, kernelOf, refuse, type Weight, weightOf } from './call.ts';
import { channelsFirst, channelsLast, permuted } from './order.ts';
import { type Pair, pair, windowOf } from './window.ts';

type Operation = (call: Call, input: string) => string;

const dense: Operation = (call, input) =>
  call.inputShape.length === 2
    ? activated(call, call.layer.config['activation'], call.graph.add('Gemm', [input, ...linear(call, kernelOf(call))]))
    : refuse(call, 'is called on more than rows of numbers');

/** A kernel of rows × columns × inputs × filters is one of filters × inputs × rows × columns. */
const convolution: Operation = (call, input) => convolved(call, input, permuted(kernelOf(call), [3, 2, 0, 1]));

/** Each channel is a group of its own, of as many filters as the multiplier says. */
const depthwise: Operation = (call, input) => {
  const { shape, values } = permuted(kernelOf(call, 'depthwise_kernel'), [2, 3, 0, 1]);
  const [channels, multiplier, ...size] = shape as [number, number, number, number];
  // A depthwise layer of tfjs leaves its dilation aside.
  const layer = { ...call.layer, config: { ...call.layer.config, dilationRate: 1 } };
  return convolved({ ...call, layer }, input, { shape: [channels * multiplier, 1, ...size], values }, channels);
};

function convolved(call: Call, input: string, kernel: Weight, group = 1): string {
  const [, , rows, columns] = kernel.shape as [number, number, number, number];
  const attributes = { ...windowOf(call, [rows, columns]), group: { int: group } };
  return activated(call, call.layer.config['activation'], call.graph.add('Conv', [input, ...linear(call, kernel)], attributes));
}

/** A kernel, and the bias where there is one. */
function linear(call: Call, kernel: Weight): string[] {
  const bias = weightOf(call, 'bias');
  return [kernel, ...(bias === undefined ? [] : [bias])].map(({ values, shape }) => call.graph.floats(values, shape));
}

const batchNorm: Operation = (call, input) => {
  const { graph, layer, outputShape } = call;
  const { axis = -1, epsilon = 1e-3 } = layer.config as { axis?: number; epsilon?: number };
  if (axis !== -1 && axis !== outputShape.length - 1) return refuse(call, `normalises axis ${axis}`);
  const channels = outputShape.at(-1) as number;
  const statistics = Object.entries({ gamma: 1, beta: 0, moving_mean: 0, moving_variance: 1 }).map(([name, absent]) =>
    graph.floats(weightOf(call, name)?.values ?? new Float32Array(channels).fill(absent), [channels]),
  );
  return graph.add('BatchNormalization', [input, ...statistics], { epsilon: { float: epsilon } });
};

function pooling(operator: string): Operation {
  return (call, input) => {
    const size = pair(call.layer.config['poolSize']);
    const { strides, pads } = windowOf(call, size);
    return call.graph.add(operator, [input], { kernel_shape: size, strides, pads });
  };
}

const meanOverPlaces: Operation = ({ graph, outputShape }, input) =>
  graph.add('Reshape', [graph.add('GlobalAveragePool', [input]), graph.ints(outputShape)]);

const padded: Operation = ({ graph, layer }, input) => {
  // 1, [1, 2] or [[0, 1], [0, 1]].
  const given = layer.config['padding'] ?? 1;
  const [[top, bottom], [left, right]] = (Array.isArray(given) ? given : [given, given]).map(pair) as [Pair, Pair];
  return graph.add('Pad', [input, graph.ints([0, 0, top, left, 0, 0, bottom, right])]);
};

/** The numbers stay in the order in which tfjs has them: the channels of an image are the last. */
const reshaped: Operation = ({ graph, inputShape, outputShape }, input) => {
  const numbers = graph.add('Reshape', [channelsLast(graph, input, inputShape), graph.ints(outputShape)]);
  return channelsFirst(graph, numbers, outputShape);
};

const rectified: Operation = (call, input) => {
  const { maxValue } = call.layer.config;
  if ((maxValue ?? null) === null) return activated(call, 'relu', input);
  return maxValue === 6 ? activated(call, 'relu6', input) : refuse(call, `is cut off at ${String(maxValue)}`);
};

/** What each type of layer is in operators of ONNX. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  Dense: dense,
  Conv2D: convolution,
  DepthwiseConv2D: depthwise,
  BatchNormalization: batchNorm,
  Activation: (call, input) => activated(call, call.layer.config['activation'], input),
  ReLU: rectified,
  Add: ({ graph, inputs }) => inputs.reduce((sum, input) => graph.add('Add', [sum, input])),
  MaxPooling2D: pooling('MaxPool'),
  AveragePooling2D: pooling('AveragePool'),
  GlobalAveragePooling2D: meanOverPlaces,
  ZeroPadding2D: padded,
  Flatten: reshaped,
  Reshape: reshaped,
  Dropout: (_, input) => input,
};
