import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { type LearningRate, type Optimizer, optimizerOptions, type UpdateStep } from '../optimizer.ts';
import { inject, injectable, LEARNING_RATE, OPTIONS } from '../tokens.ts';

export const sgdOptions = z.object(optimizerOptions(0.01));

/** Stochastic gradient descent: w − η·g. */
@injectable()
export class Sgd implements Optimizer {
  readonly slots = [];
  readonly weightDecay: number;

  constructor(
    @inject(OPTIONS) options: z.infer<typeof sgdOptions>,
    @inject(LEARNING_RATE) readonly learningRate: LearningRate,
  ) {
    this.weightDecay = options.weightDecay;
  }

  update(weight: tf.Tensor, gradient: tf.Tensor, _slots: readonly tf.Tensor[], { learningRate }: UpdateStep) {
    return { weight: tf.sub(weight, tf.mul(gradient, learningRate)), slots: [] };
  }
}
