import { definePlugin, inject, injectable, OPTIONS, type PrunableParameter, type Scorer, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const acmeOptions = z.object({
  power: z.number().min(0).max(2).default(0.5).describe('0: the plain size of a weight. 1: its size relative to its layer.'),
});

/** |w| / mean(|w|)^power: how large a weight is beside the others of its layer. The lowest scores are pruned first. */
@injectable()
export class AcmeScorer implements Scorer {
  readonly independent = true;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof acmeOptions>) {}

  score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
    return parameters.map(({ variable }) =>
      tf.tidy(() => {
        const sizes = tf.abs<tf.Tensor>(variable);
        return sizes.div(sizes.mean().add(1e-12).pow(this.options.power));
      }),
    );
  }
}

export default definePlugin({
  name: 'espalier-plugin-acme',
  scorers: { acme: { use: AcmeScorer, options: acmeOptions, description: 'The size of a weight beside the others of its layer.' } },
});
