import {
  definePlugin,
  GRADIENTS,
  type Gradients,
  inject,
  injectable,
  OPTIONS,
  type PrunableParameter,
  type PruningRun,
  part,
  pruneInRounds,
  SCORER,
  type Scorer,
  type Strategy,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Optimal Brain Damage: ½·w²·h, what the loss rises by without a weight, where h is the diagonal of the Hessian. For a
 * trained net that is about the Fisher information: the mean of the squared gradients of single samples.
 * LeCun, Denker and Solla, 1989, "Optimal Brain Damage", eq. 5.
 */
@injectable()
export class BrainDamageScorer implements Scorer {
  constructor(@inject(GRADIENTS) private readonly gradients: Gradients) {}

  score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    const saliency = (weight: tf.Tensor, gradient: tf.Tensor) => tf.square(weight).mul(tf.square(gradient)).div(2);
    return this.gradients.mean(parameters, saliency, { batchSize: 1 });
  }
}

const damageOptions = z.object({
  scorer: part('scorer', 'brainDamage'),
  rounds: z.int().min(1).max(100).default(5).describe('How often some of the weights go, with training after each time.'),
});

/** The procedure of the paper: score, delete what costs least, train on, and again; each round the same share of what is left. */
@injectable()
export class BrainDamageStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof damageOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    await pruneInRounds(run, this.scorer, this.options.rounds);
  }
}

export default definePlugin({
  name: '@espalier-examples/brain-damage',
  scorers: { brainDamage: { use: BrainDamageScorer, description: 'What the loss rises by without a weight: ½·w²·h.' } },
  strategies: {
    brainDamage: { use: BrainDamageStrategy, options: damageOptions, description: 'Rounds of scoring, deleting and training.' },
  },
});
