import { type Graph, INT, type Value } from '../graph.ts';
import { shapeOf } from './convolution.ts';

export interface PoolingOptions {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: 'SAME' | 'VALID';
}

export function maxPool(graph: Graph, x: Value, options: PoolingOptions): Value {
  // oneDNN's writes down where each maximum was, for its gradient.
  const attributes = { ...attributesOf(options), ...(graph.hasOneDnn && { workspace_enabled: { bool: true } }) };
  const y = graph.fast('MaxPool', [x], outputShape(x, options), attributes);
  const found = graph.hasOneDnn ? [`${y.ref}:1`] : [];
  return graph.differentiable([x], y, (dy) => [graph.fast('MaxPoolGrad', [x, y, dy, ...found], x.shape, attributes)]);
}

export function averagePool(graph: Graph, x: Value, options: PoolingOptions): Value {
  const attributes = attributesOf(options);
  const y = graph.float('AvgPool', [x], outputShape(x, options), attributes);
  return graph.differentiable([x], y, (dy) => [graph.float('AvgPoolGrad', [shapeOf(graph, x), dy], x.shape, attributes)]);
}

/** The mean over height and width: [batch, h, w, channels] to [batch, channels]. */
export function globalAveragePool(graph: Graph, x: Value): Value {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const y = graph.float('Mean', [x, graph.ints([1, 2])], [-1, channels], { Tidx: INT, keep_dims: { bool: false } });
  return graph.differentiable([x], y, (dy) => {
    const each = graph.float('Mul', [dy, graph.scalar(1 / (height * width))], dy.shape);
    const wide = graph.float('Reshape', [each, graph.ints([-1, 1, 1, channels])], [-1, 1, 1, channels], { Tshape: INT });
    return [graph.float('BroadcastTo', [wide, shapeOf(graph, x)], x.shape, { Tidx: INT })];
  });
}

function attributesOf({ size, strides, padding }: PoolingOptions) {
  return {
    ksize: { ints: [1, ...size, 1] },
    strides: { ints: [1, ...strides, 1] },
    padding: { string: padding },
    data_format: { string: 'NHWC' },
  };
}

function outputShape(x: Value, { size, strides, padding }: PoolingOptions): number[] {
  const spatial = [0, 1].map((i) => {
    const length = x.shape[i + 1] as number;
    return Math.ceil((padding === 'SAME' ? length : length - (size[i] as number) + 1) / (strides[i] as number));
  });
  return [-1, ...spatial, x.shape[3] as number];
}
