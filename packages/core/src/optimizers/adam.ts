import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { type LearningRate, type Optimizer, optimizerOptions, type UpdateStep } from '../optimizer.ts';
import { inject, injectable, LEARNING_RATE, OPTIONS } from '../tokens.ts';

export const adamOptions = z.object({
  ...optimizerOptions(0.001),
  beta1: z.number().min(0).lt(1).default(0.9).describe('Decay of the mean of the gradients.'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('Decay of the mean of their squares.'),
  epsilon: z.number().positive().default(1e-7).describe('Keeps the division finite.'),
});

/**
 * Adam: m = β₁m + (1−β₁)g, v = β₂v + (1−β₂)g², w − η·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε).
 * Kingma and Ba, 2015, arXiv:1412.6980, in the order of operations that ends its section 2 (TensorFlow's, too).
 */
@injectable()
export class Adam implements Optimizer {
  readonly slots = ['m', 'v'];
  readonly weightDecay: number;

  constructor(
    @inject(OPTIONS) readonly options: z.infer<typeof adamOptions>,
    @inject(LEARNING_RATE) readonly learningRate: LearningRate,
  ) {
    this.weightDecay = options.weightDecay;
  }

  update(weight: tf.Tensor, gradient: tf.Tensor, slots: readonly tf.Tensor[], { number, learningRate }: UpdateStep) {
    const { beta1, beta2, epsilon } = this.options;
    const m = tf.add(tf.mul(slots[0] as tf.Tensor, beta1), tf.mul(gradient, 1 - beta1));
    const v = tf.add(tf.mul(slots[1] as tf.Tensor, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const rate = (learningRate * Math.sqrt(1 - beta2 ** number)) / (1 - beta1 ** number);
    return { weight: tf.sub(weight, tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon)), rate)), slots: [m, v] };
  }
}
