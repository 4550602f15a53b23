import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { classified } from '../classified.ts';
import type { Metric } from '../metric.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';

export const topKOptions = z.object({
  k: z.int().min(1).default(5).describe('How many of the most probable classes may have the right one among them.'),
});

/** The share of samples whose right class is among the k most probable ones: fewer than k classes are more probable. */
@injectable()
export class TopK implements Metric {
  readonly task = 'classification';
  readonly unit = 'share';

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof topKOptions>) {}

  sums(target: tf.Tensor, output: tf.Tensor): tf.Tensor {
    const { wanted, probabilities } = classified(target, output);
    const own = tf.sum(tf.mul(probabilities, tf.oneHot(wanted, probabilities.shape[1])), 1, true);
    const rank = tf.sum(tf.cast(tf.greater(probabilities, own), 'int32'), 1);
    return tf.stack([tf.sum(tf.cast(tf.less(rank, this.options.k), 'float32')), tf.scalar(wanted.size)]);
  }

  value([hits = 0, all = 0]: Float64Array): number {
    return hits / all;
  }
}
