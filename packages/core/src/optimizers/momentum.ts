import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { type LearningRate, type Optimizer, optimizerOptions, type UpdateStep } from '../optimizer.ts';
import { inject, injectable, LEARNING_RATE, OPTIONS } from '../tokens.ts';

export const momentumOptions = z.object({
  ...optimizerOptions(0.01),
  momentum: z.number().min(0).lt(1).default(0.9).describe('How much of the last update goes on.'),
  nesterov: z.boolean().default(false).describe('Look ahead along the momentum (Sutskever et al., 2013).'),
});

/** Momentum: a = μ·a + g; w − η·a, or with Nesterov w − η·(g + μ·a). */
@injectable()
export class Momentum implements Optimizer {
  readonly slots = ['momentum'];
  readonly weightDecay: number;

  constructor(
    @inject(OPTIONS) readonly options: z.infer<typeof momentumOptions>,
    @inject(LEARNING_RATE) readonly learningRate: LearningRate,
  ) {
    this.weightDecay = options.weightDecay;
  }

  update(weight: tf.Tensor, gradient: tf.Tensor, slots: readonly tf.Tensor[], { learningRate }: UpdateStep) {
    const { momentum, nesterov } = this.options;
    const accumulated = tf.add(tf.mul(slots[0] as tf.Tensor, momentum), gradient);
    const direction = nesterov ? tf.add(gradient, tf.mul(accumulated, momentum)) : accumulated;
    return { weight: tf.sub(weight, tf.mul(direction, learningRate)), slots: [accumulated] };
  }
}
