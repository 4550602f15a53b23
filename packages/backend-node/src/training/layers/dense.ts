import { matMul, reshape } from '../ops/linear.ts';
import { finish } from './common.ts';
import type { LayerRule } from './rule.ts';

/** Dense: x · kernel over the last dimension, whatever comes before it. */
export const dense: LayerRule = {
  build(layer, context) {
    const { graph, inputs, weight } = context;
    const [x] = inputs;
    const kernel = weight('kernel');
    if (x === undefined || kernel === undefined) throw new Error('a Dense has one input and a kernel');
    const [width, units] = kernel.shape as [number, number];
    const flat = matMul(graph, reshape(graph, x, [-1, width]), kernel.read);
    return finish(layer, context, reshape(graph, flat, [...x.shape.slice(0, -1), units]));
  },
};
