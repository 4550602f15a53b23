import { type Graph, INT, type Value } from '../graph.ts';
import type { Attribute } from '../messages.ts';

export interface ConvolutionOptions {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: 'SAME' | 'VALID';
}

/** x [batch, h, w, in] with filters [kh, kw, in, out], channels last. */
export function conv2d(graph: Graph, x: Value, filters: Value, options: ConvolutionOptions): Value {
  return convolve(graph, x, filters, options, {
    forward: 'Conv2D',
    toInput: 'Conv2DBackpropInput',
    toFilter: 'Conv2DBackpropFilter',
    channels: filters.shape[3] as number,
  });
}

/** x [batch, h, w, in] with filters [kh, kw, in, multiplier]: each channel by itself. */
export function depthwiseConv2d(graph: Graph, x: Value, filters: Value, options: ConvolutionOptions): Value {
  return convolve(graph, x, filters, options, {
    forward: 'DepthwiseConv2dNative',
    toInput: 'DepthwiseConv2dNativeBackpropInput',
    toFilter: 'DepthwiseConv2dNativeBackpropFilter',
    channels: (filters.shape[2] as number) * (filters.shape[3] as number),
  });
}

interface Kernels {
  readonly forward: string;
  readonly toInput: string;
  readonly toFilter: string;
  readonly channels: number;
}

function convolve(graph: Graph, x: Value, filters: Value, options: ConvolutionOptions, kernels: Kernels): Value {
  const attributes: Record<string, Attribute> = {
    strides: { ints: [1, ...options.strides, 1] },
    dilations: { ints: [1, ...options.dilations, 1] },
    padding: { string: options.padding },
    data_format: { string: 'NHWC' },
  };
  const y = graph.float(kernels.forward, [x, filters], [-1, ...outputSize(x, filters, options), kernels.channels], attributes);
  return graph.differentiable([x, filters], y, (dy, [wantsX, wantsFilters]) => [
    wantsX ? graph.float(kernels.toInput, [shapeOf(graph, x), filters, dy], x.shape, attributes) : undefined,
    wantsFilters ? graph.float(kernels.toFilter, [x, graph.ints(filters.shape), dy], filters.shape, attributes) : undefined,
  ]);
}

/** The shape of a value as a tensor, its batch dimension known when it runs. */
export function shapeOf(graph: Graph, value: Value): Value {
  const ref = graph.emit('Shape', [value], { T: { type: value.type }, out_type: INT });
  return { ref, shape: [value.shape.length], type: INT.type };
}

function outputSize(x: Value, filters: Value, { strides, dilations, padding }: ConvolutionOptions): number[] {
  return [0, 1].map((i) => {
    const size = x.shape[i + 1] as number;
    const reach = ((filters.shape[i] as number) - 1) * (dilations[i] as number) + 1;
    return Math.ceil((padding === 'SAME' ? size : size - reach + 1) / (strides[i] as number));
  });
}
