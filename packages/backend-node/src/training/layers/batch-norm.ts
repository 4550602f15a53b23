import type { Value, Variable } from '../graph.ts';
import { batchNorm } from '../ops/batch-norm.ts';
import { reshape } from '../ops/linear.ts';
import { type LayerRule, settingsOf } from './rule.ts';

/** BatchNormalization over the last dimension, in training. What comes before it is read as one long batch. */
export const batchNormalization: LayerRule = {
  refuses(layer) {
    const { axis = -1 } = settingsOf(layer);
    const rank = (layer.outputShape as unknown[]).length;
    return axis === -1 || axis === rank - 1 ? undefined : 'it normalises another dimension than the last';
  },
  build(layer, { graph, inputs: [input], weight, updates }) {
    const x = input as Value;
    const channels = x.shape.at(-1) as number;
    const { epsilon = 1e-3, momentum = 0.99 } = settingsOf(layer);
    const image = x.shape.length === 4 ? x : reshape(graph, x, [-1, 1, 1, channels]);
    const normed = batchNorm(graph, image, {
      scale: weight('gamma')?.read ?? graph.constant(new Float32Array(channels).fill(1), [channels]),
      offset: weight('beta')?.read ?? graph.constant(new Float32Array(channels), [channels]),
      movingMean: weight('moving_mean') as Variable,
      movingVariance: weight('moving_variance') as Variable,
      epsilon,
      momentum,
    });
    updates.push(...normed.updates);
    return reshape(graph, normed.output, x.shape);
  },
};
