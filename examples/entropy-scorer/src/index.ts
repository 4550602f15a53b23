import { definePlugin, inject, injectable, OPTIONS, type PrunableParameter, type Scorer, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const entropyOptions = z.object({ bins: z.int().min(2).max(256).default(32).describe('How finely sizes are told apart.') });

/**
 * How much the size of a weight tells: −log₂ p, where p is the share of its layer's weights in the same bin of |w|.
 * Common sizes go first; the mean of the scores is the layer's entropy in bits.
 */
@injectable()
export class EntropyScorer implements Scorer {
  readonly independent = true;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof entropyOptions>) {}

  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map((parameter) => tf.tidy(() => this.bits(parameter)));
  }

  private bits({ variable, size }: PrunableParameter): tf.Tensor {
    const sizes = tf.abs<tf.Tensor>(variable);
    const bin = tf.floor(sizes.div(sizes.max().add(1e-12)).mul(this.options.bins)).toInt();
    const counts = tf.bincount(bin.flatten(), [], this.options.bins + 1);
    return tf.log(tf.gather(counts, bin).div(size)).div(-Math.LN2);
  }
}

export default definePlugin({
  name: '@espalier-examples/entropy-scorer',
  scorers: { entropy: { use: EntropyScorer, options: entropyOptions, description: 'How rare the size of a weight is in its layer.' } },
});
