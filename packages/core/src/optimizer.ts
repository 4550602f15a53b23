import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { Part, part } from './part.ts';
import type { Step } from './step.ts';

/** How fast at each step? A schedule runs over one stretch of training, from its first step to its last. */
export interface LearningRate {
  rateAt(step: Pick<Step, 'number' | 'total' | 'progress'>): number;
}

/** What an update may depend on besides weight, gradient and slots. */
export interface UpdateStep {
  /** How many updates there have been since the slots were zero, this one included. */
  readonly number: number;
  readonly learningRate: number;
}

/** How a gradient changes a weight. Formulas, not state: the trainer keeps the slots, masks them and saves them. */
export interface Optimizer {
  readonly learningRate: LearningRate;
  /** Decoupled: each step takes learningRate · weightDecay · w off every kernel (weights of rank 2 and more). */
  readonly weightDecay: number;
  /** The tensors kept beside each weight, zero at first: `m` and `v` of Adam. */
  readonly slots: readonly string[];
  /** The new weight and slots; called inside a tidy. */
  update(
    weight: tf.Tensor,
    gradient: tf.Tensor,
    slots: readonly tf.Tensor[],
    step: UpdateStep,
  ): { readonly weight: tf.Tensor; readonly slots: readonly tf.Tensor[] };
}

/** The options that every optimiser has. */
export function optimizerOptions(learningRate: number) {
  return {
    learningRate: learningRateOption(learningRate),
    weightDecay: z.number().min(0).default(0).describe('Decoupled weight decay of kernels, times the learning rate.'),
  };
}

/** A learning rate as a config gives it: a number, or a schedule by name. */
export function learningRateOption(byDefault: number) {
  return z
    .preprocess(
      (value) => (typeof value === 'number' ? new Part('learningRate', 'constant', { rate: value }) : value),
      part('learningRate'),
    )
    .prefault(byDefault)
    .describe('A number, or a schedule: cosine, exponential, step.')
    .meta({ part: 'learningRate', default: byDefault, orNumber: true });
}
