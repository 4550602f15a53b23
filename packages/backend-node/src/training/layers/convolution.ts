import type * as tf from '@tensorflow/tfjs';
import type { Value } from '../graph.ts';
import { conv2d, depthwiseConv2d } from '../ops/convolution.ts';
import { reshape } from '../ops/linear.ts';
import { finish, paddingOf, pair, refusesChannelsFirst } from './common.ts';
import { type LayerContext, type LayerRule, settingsOf } from './rule.ts';

/** Conv2D, channels last. */
export const conv2dLayer: LayerRule = {
  refuses: refusesChannelsFirst,
  build(layer, context) {
    const [x, kernel] = inputAndWeight(context, 'kernel');
    return finish(layer, context, conv2d(context.graph, x, kernel, optionsOf(layer)));
  },
};

/** Conv1D: a Conv2D of height one. */
export const conv1dLayer: LayerRule = {
  refuses: (layer) => refusesChannelsFirst(layer) ?? (settingsOf(layer).padding === 'causal' ? 'its padding is causal' : undefined),
  build(layer, context) {
    const { graph } = context;
    const [x, kernel] = inputAndWeight(context, 'kernel');
    const [, length, channels] = x.shape as [number, number, number];
    const { strides, dilations, padding } = optionsOf(layer);
    const wide = reshape(graph, x, [-1, 1, length, channels]);
    const filters = reshape(graph, kernel, [1, ...kernel.shape]);
    const y = conv2d(graph, wide, filters, { strides: [strides[0], strides[0]], dilations: [1, dilations[0]], padding });
    return finish(layer, context, reshape(graph, y, [-1, y.shape[2] as number, y.shape[3] as number]));
  },
};

/** TensorFlow's depthwise kernels know no dilation on the CPU. */
function refusesDepthwise(layer: tf.layers.Layer): string | undefined {
  const isDilated = pair(settingsOf(layer).dilationRate).some((rate) => rate !== 1);
  return refusesChannelsFirst(layer) ?? (isDilated ? 'its depthwise kernel is dilated' : undefined);
}

/** DepthwiseConv2D, channels last. */
export const depthwiseLayer: LayerRule = {
  refuses: refusesDepthwise,
  build(layer, context) {
    const [x, kernel] = inputAndWeight(context, 'depthwise_kernel');
    return finish(layer, context, depthwiseConv2d(context.graph, x, kernel, optionsOf(layer)));
  },
};

/** SeparableConv2D: depthwise, then pointwise. */
export const separableLayer: LayerRule = {
  refuses: refusesDepthwise,
  build(layer, context) {
    const { graph, weight } = context;
    const [x, depthwise] = inputAndWeight(context, 'depthwise_kernel');
    const pointwise = weight('pointwise_kernel');
    if (pointwise === undefined) throw new Error('a SeparableConv2D has a pointwise kernel');
    const y = depthwiseConv2d(graph, x, depthwise, optionsOf(layer));
    return finish(layer, context, conv2d(graph, y, pointwise.read, { strides: [1, 1], dilations: [1, 1], padding: 'VALID' }));
  },
};

function inputAndWeight({ inputs, weight }: LayerContext, name: string): [Value, Value] {
  const [x] = inputs;
  const variable = weight(name);
  if (x === undefined || variable === undefined) throw new Error(`a convolution has one input and a ${name}`);
  return [x, variable.read];
}

function optionsOf(layer: tf.layers.Layer) {
  const settings = settingsOf(layer);
  return { strides: pair(settings.strides), dilations: pair(settings.dilationRate), padding: paddingOf(settings) };
}
