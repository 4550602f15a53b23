import { type Graph, INT, type Value } from '../graph.ts';
import type { Attribute } from '../messages.ts';

export interface ConvolutionOptions {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: 'SAME' | 'VALID';
}

/** x [batch, h, w, in] with filters [kh, kw, in, out], channels last. */
export function conv2d(graph: Graph, x: Value, filters: Value, options: ConvolutionOptions): Value {
  const [height, width, , channels] = filters.shape as [number, number, number, number];
  // oneDNN's filter gradient of a strided 1×1 convolution writes past its memory: it becomes one without strides, over
  // the pixels that count. Padding has no part in it.
  const isPointwise = graph.hasOneDnn && height === 1 && width === 1 && options.strides.some((stride) => stride > 1);
  const [seen, own] = isPointwise ? [everyNth(graph, x, options.strides), { ...options, strides: [1, 1] as const }] : [x, options];
  return convolve(graph, seen, filters, own, {
    forward: 'Conv2D',
    toInput: 'Conv2DBackpropInput',
    toFilter: 'Conv2DBackpropFilter',
    emit: graph.fast.bind(graph),
    channels,
  });
}

/** x [batch, h, w, in] with filters [kh, kw, in, multiplier]: each channel by itself. */
export function depthwiseConv2d(graph: Graph, x: Value, filters: Value, options: ConvolutionOptions): Value {
  return convolve(graph, x, filters, options, {
    forward: 'DepthwiseConv2dNative',
    toInput: 'DepthwiseConv2dNativeBackpropInput',
    toFilter: 'DepthwiseConv2dNativeBackpropFilter',
    emit: graph.float.bind(graph),
    channels: (filters.shape[2] as number) * (filters.shape[3] as number),
  });
}

interface Kernels<Op> {
  readonly forward: Op;
  readonly toInput: Op;
  readonly toFilter: Op;
  readonly emit: (op: Op, inputs: readonly Value[], shape: readonly number[], attributes: Readonly<Record<string, Attribute>>) => Value;
  readonly channels: number;
}

function convolve<Op>(graph: Graph, x: Value, filters: Value, options: ConvolutionOptions, kernels: Kernels<Op>): Value {
  const { emit } = kernels;
  const attributes: Record<string, Attribute> = {
    strides: { ints: [1, ...options.strides, 1] },
    dilations: { ints: [1, ...options.dilations, 1] },
    padding: { string: options.padding },
    data_format: { string: 'NHWC' },
  };
  const y = emit(kernels.forward, [x, filters], [-1, ...outputSize(x, filters, options), kernels.channels], attributes);
  return graph.differentiable([x, filters], y, (dy, [wantsX, wantsFilters]) => [
    wantsX ? emit(kernels.toInput, [shapeOf(graph, x), filters, dy], x.shape, attributes) : undefined,
    wantsFilters ? emit(kernels.toFilter, [x, graph.ints(filters.shape), dy], filters.shape, attributes) : undefined,
  ]);
}

/** The pixels that the strides come to, from the first. */
function everyNth(graph: Graph, x: Value, [down, across]: readonly [number, number]): Value {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const shape = [-1, Math.ceil(height / down), Math.ceil(width / across), channels];
  const slice = { Index: INT, begin_mask: { int: 0b1111 }, end_mask: { int: 0b1111 } };
  const [zeros, steps] = [graph.ints([0, 0, 0, 0]), graph.ints([1, down, across, 1])];
  const y = graph.float('StridedSlice', [x, zeros, zeros, steps], shape, slice);
  return graph.differentiable([x], y, (dy) => [
    graph.float('StridedSliceGrad', [shapeOf(graph, x), zeros, zeros, steps, dy], x.shape, slice),
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
