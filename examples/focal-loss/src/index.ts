import { classified, definePlugin, inject, injectable, type Loss, OPTIONS, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const focalOptions = z.object({
  gamma: z.number().min(0).default(2).describe('How much less a sample counts that is right already; 0 is cross-entropy.'),
});

/**
 * The focal loss: −(1 − p)^γ · log p, p the probability of the right class.
 * Lin et al., 2017, "Focal Loss for Dense Object Detection", arXiv:1708.02002, eq. 4.
 */
@injectable()
export class FocalLoss implements Loss {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof focalOptions>) {}

  compute(target: tf.Tensor, output: tf.Tensor): tf.Scalar {
    return tf.tidy(() => {
      const { wanted, probabilities } = classified(target, output);
      const right = tf.sum(tf.mul(probabilities, tf.oneHot(wanted, probabilities.shape[1])), 1);
      const p = tf.clipByValue(right, 1e-7, 1);
      return tf.mean(tf.mul(tf.pow(tf.sub(1, p), this.options.gamma), tf.log(p)).neg()) as tf.Scalar;
    });
  }
}

export default definePlugin({
  name: '@espalier-examples/focal-loss',
  losses: { focal: { use: FocalLoss, options: focalOptions, description: 'Cross-entropy that looks away from what is easy.' } },
});
