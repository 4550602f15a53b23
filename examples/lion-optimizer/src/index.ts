import {
  definePlugin,
  inject,
  injectable,
  LEARNING_RATE,
  type LearningRate,
  OPTIONS,
  type Optimizer,
  optimizerOptions,
  type UpdateStep,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const lionOptions = z.object({
  ...optimizerOptions(0.0003),
  beta1: z.number().min(0).lt(1).default(0.9).describe('How much of the momentum is in the direction of a step.'),
  beta2: z.number().min(0).lt(1).default(0.99).describe('How much of the momentum goes on.'),
});

/**
 * Lion: w − η·sign(β₁·m + (1 − β₁)·g), then m = β₂·m + (1 − β₂)·g.
 * Chen et al., 2023, "Symbolic Discovery of Optimization Algorithms", arXiv:2302.06675, algorithm 2.
 */
@injectable()
export class Lion implements Optimizer {
  readonly slots = ['momentum'];
  readonly weightDecay: number;

  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof lionOptions>,
    @inject(LEARNING_RATE) readonly learningRate: LearningRate,
  ) {
    this.weightDecay = options.weightDecay;
  }

  update(weight: tf.Tensor, gradient: tf.Tensor, [momentum]: readonly [tf.Tensor], { learningRate }: UpdateStep) {
    const between = (beta: number) => tf.add(tf.mul(momentum, beta), tf.mul(gradient, 1 - beta));
    const direction = tf.sign(between(this.options.beta1));
    return { weight: tf.sub(weight, tf.mul(direction, learningRate)), slots: [between(this.options.beta2)] };
  }
}

export default definePlugin({
  name: '@espalier-examples/lion-optimizer',
  optimizers: { lion: { use: Lion, options: lionOptions, description: 'Lion: steps of one size, along the sign of the momentum.' } },
});
