import {
  CALIBRATION,
  type Calibration,
  EspalierError,
  GRADIENTS,
  type Gradients,
  inject,
  injectable,
  LOSS,
  type Loss,
  type MaskSet,
  MODEL,
  OPTIONS,
  type PrunableParameter,
  type Scorer,
  type ScoringContext,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { hessianProduct } from '../hessian-product.ts';

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
    .describe('How far the finite difference goes to either side, as a share of the length of all weights.'),
});

/**
 * Gradient signal preservation: w · (H g), with g = ∂L/∂w and H the Hessian over all calibration samples. Without a weight
 * the gradient's squared length changes by about −2 · w · (H g), so what scores high keeps the gradient flowing. (The
 * paper calls −w · (H g) the score, and removes what is highest there.) May be negative. Shaped like the weights of any
 * layer that has a gradient. Meant for the untrained net (strategy `at-init`).
 *
 * H g is a central difference of gradients, (g(w + εg) − g(w − εg)) / 2ε: second derivatives by tfjs itself are missing for
 * convolutions, and take what a sigmoid or softmax came to for a constant. ReLUs and max pooling are held where they are at
 * w, as backpropagation would; pooling with overlapping windows is not, and makes the difference less exact. Gradients of
 * pruned weights count as 0.
 * Wang et al., 2020, arXiv:2002.07376, eq. 7 and 8.
 */
@injectable()
export class GraspScorer implements Scorer {
  constructor(
    @inject(MODEL) private readonly model: tf.LayersModel,
    @inject(LOSS) private readonly loss: Loss,
    @inject(CALIBRATION) private readonly calibration: Calibration,
    @inject(GRADIENTS) private readonly gradients: Gradients,
    @inject(OPTIONS) private readonly options: z.infer<typeof graspOptions>,
  ) {}

  async score(parameters: readonly PrunableParameter[], { masks }: Pick<ScoringContext, 'masks'>): Promise<tf.Tensor[]> {
    const direction = await this.meanGradients(parameters, masks);
    try {
      const epsilon = (this.options.reach * (await lengthOf(parameters.map(({ variable }) => variable)))) / (await lengthOf(direction));
      // The loss is flat here: no weight changes what the gradient is.
      if (!Number.isFinite(epsilon)) return parameters.map(({ variable }) => tf.zerosLike(variable));
      if (epsilon === 0) throw new EspalierError({ where: 'grasp', what: 'all weights are zero' });
      const { model, loss, calibration } = this;
      const { temperature } = this.options;
      const products = await hessianProduct({ model, loss, calibration, parameters, direction, epsilon, temperature });
      const scores = tf.tidy(() => products.map((product, i) => tf.mul((parameters[i] as PrunableParameter).variable, product)));
      tf.dispose(products);
      return scores;
    } finally {
      tf.dispose(direction);
    }
  }

  private async meanGradients(parameters: readonly PrunableParameter[], masks: MaskSet): Promise<tf.Tensor[]> {
    const { temperature } = this.options;
    const gradients = await this.gradients.mean(parameters, (_, gradient) => gradient, { temperature });
    const kept = tf.tidy(() =>
      gradients.map((gradient, i) => tf.mul(gradient, masks.get(parameters[i] as PrunableParameter).toTensor(gradient.shape))),
    );
    tf.dispose(gradients);
    return kept;
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
