import { classified, definePlugin, inject, injectable, type Metric, OPTIONS, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const calibrationOptions = z.object({
  bins: z.int().min(1).max(1000).default(15).describe('How finely certainties are told apart.'),
});

/**
 * The expected calibration error: Σ |hits − certainties| / n over bins of certainty. 0 where of the answers that the
 * model is 90 % sure of 90 % are right.
 * Guo et al., 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599, eq. 3.
 */
@injectable()
export class CalibrationError implements Metric {
  readonly task = 'classification';
  readonly unit = 'share';

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof calibrationOptions>) {}

  /** Of each bin: answers, hits, and the sum of the certainties. */
  sums(target: tf.Tensor, output: tf.Tensor): tf.Tensor {
    const { bins } = this.options;
    const { wanted, probabilities } = classified(target, output);
    const certainty = tf.max(probabilities, 1);
    const hit = tf.cast(tf.equal(tf.argMax(probabilities, 1), wanted), 'float32');
    const bin = tf.minimum(tf.floor(tf.mul(certainty, bins)), bins - 1).toInt() as tf.Tensor1D;
    const rows = tf.stack([tf.onesLike(hit), hit, certainty]);
    return tf.matMul(rows, tf.oneHot(bin, bins).toFloat());
  }

  value(sums: Float64Array): number {
    const { bins } = this.options;
    const [answers, hits, certainties] = [sums.subarray(0, bins), sums.subarray(bins, 2 * bins), sums.subarray(2 * bins)];
    const off = hits.reduce((sum, hit, bin) => sum + Math.abs(hit - (certainties[bin] ?? 0)), 0);
    return off / answers.reduce((sum, count) => sum + count, 0);
  }
}

export default definePlugin({
  name: '@espalier-examples/calibration-error',
  metrics: {
    calibrationError: { use: CalibrationError, options: calibrationOptions, description: 'How far the model is off about its certainty.' },
  },
});
