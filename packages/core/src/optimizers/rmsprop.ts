import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { type LearningRate, type Optimizer, optimizerOptions, type UpdateStep } from '../optimizer.ts';
import { inject, injectable, LEARNING_RATE, OPTIONS } from '../tokens.ts';

export const rmspropOptions = z.object({
  ...optimizerOptions(0.001),
  decay: z.number().min(0).lt(1).default(0.9).describe('Decay of the mean of the squared gradients.'),
  momentum: z.number().min(0).lt(1).default(0).describe('How much of the last update goes on.'),
  epsilon: z.number().positive().default(1e-7).describe('Keeps the division finite.'),
});

/** RMSProp: s = ρs + (1−ρ)g², a = μa + η·g/√(s + ε), w − a. Tieleman and Hinton, 2012, lecture 6.5. */
@injectable()
export class Rmsprop implements Optimizer {
  readonly slots = ['squares', 'momentum'];
  readonly weightDecay: number;

  constructor(
    @inject(OPTIONS) readonly options: z.infer<typeof rmspropOptions>,
    @inject(LEARNING_RATE) readonly learningRate: LearningRate,
  ) {
    this.weightDecay = options.weightDecay;
  }

  update(weight: tf.Tensor, gradient: tf.Tensor, slots: readonly tf.Tensor[], { learningRate }: UpdateStep) {
    const { decay, momentum, epsilon } = this.options;
    const squares = tf.add(tf.mul(slots[0] as tf.Tensor, decay), tf.mul(tf.square(gradient), 1 - decay));
    const scaled = tf.mul(tf.div(gradient, tf.sqrt(tf.add(squares, epsilon))), learningRate);
    const accumulated = tf.add(tf.mul(slots[1] as tf.Tensor, momentum), scaled);
    return { weight: tf.sub(weight, accumulated), slots: [squares, accumulated] };
  }
}
