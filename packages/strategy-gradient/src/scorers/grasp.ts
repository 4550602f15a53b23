import {
  EspalierError,
  GRADIENTS,
  type Gradients,
  inject,
  injectable,
  OPTIONS,
  type PrunableParameter,
  type Scorer,
  type ScoringContext,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { movedBy } from '../moved-by.ts';

export const graspOptions = z.object({
  temperature: z
    .number()
    .positive()
    .default(200)
    .describe('Divides the logits, so that an untrained net is sure of nothing. The paper takes 200.'),
  reach: z
    .number()
    .positive()
    .max(0.1)
    .default(0.0005)
    .describe(
      'How far the finite difference goes to either side, as a share of the length of all weights. Farther, more ReLUs switch on the way; nearer, rounding is all that is left.',
    ),
});

/**
 * Gradient signal preservation: w · (H g), with g = ∂L/∂w and H the Hessian over all calibration samples. Without a weight
 * the gradient's squared length changes by about −2 · w · (H g), so what scores high keeps the gradient flowing. (The
 * paper calls −w · (H g) the score, and removes what is highest there.) May be negative. Shaped like the weights of any
 * layer that has a gradient. Meant for the untrained net (strategy `at-init`).
 *
 * H g is a central difference of gradients, (g(w + εg) − g(w − εg)) / 2ε, as many of tfjs's kernels have no second
 * derivative (convolutions and max pooling among them). Gradients of pruned weights count as 0.
 * Wang et al., 2020, arXiv:2002.07376, eq. 7 and 8.
 */
@injectable()
export class GraspScorer implements Scorer {
  constructor(
    @inject(GRADIENTS) private readonly gradients: Gradients,
    @inject(OPTIONS) private readonly options: z.infer<typeof graspOptions>,
  ) {}

  async score(parameters: readonly PrunableParameter[], { masks }: Pick<ScoringContext, 'masks'>): Promise<tf.Tensor[]> {
    const direction = await this.meanGradients(parameters);
    const masked = tf.tidy(() => direction.map((gradient, i) => tf.mul(gradient, masks.tensor(parameters[i] as PrunableParameter) ?? 1)));
    tf.dispose(direction);
    try {
      const epsilon = (this.options.reach * (await lengthOf(parameters.map(({ variable }) => variable)))) / (await lengthOf(masked));
      if (!Number.isFinite(epsilon)) return parameters.map(({ variable }) => tf.zerosLike(variable));
      if (epsilon === 0) throw new EspalierError({ where: 'grasp', what: 'all weights are zero' });
      const ahead = await movedBy(parameters, masked, epsilon, () => this.meanGradients(parameters));
      const behind = await movedBy(parameters, masked, -epsilon, () => this.meanGradients(parameters));
      const scores = tf.tidy(() =>
        parameters.map(({ variable }, i) => {
          const product = tf.div(tf.sub(ahead[i] as tf.Tensor, behind[i] as tf.Tensor), 2 * epsilon);
          return tf.mul(variable, product);
        }),
      );
      tf.dispose([ahead, behind]);
      return scores;
    } finally {
      tf.dispose(masked);
    }
  }

  private meanGradients(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    return this.gradients.mean(parameters, (_, gradient) => gradient, { temperature: this.options.temperature });
  }
}

/** The Euclidean length of all tensors as one vector. In units of the largest element, whose square may be too small for a float. */
async function lengthOf(tensors: readonly tf.Tensor[]): Promise<number> {
  const numbers = tf.tidy(() => {
    const largest = tf.max(tf.stack(tensors.map((tensor) => tf.max(tf.abs(tensor)))));
    const squares = tensors.map((tensor) => tf.sum(tf.square(tf.divNoNan(tensor, largest))));
    return tf.stack([largest, tf.sqrt(tf.addN(squares))]);
  });
  const [largest, length] = (await numbers.data()) as unknown as [number, number];
  numbers.dispose();
  return largest * length;
}
