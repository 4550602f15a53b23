import { type ModelTask, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { seedFor } from './seeds.ts';

/** What a hidden layer may end in. */
export const ACTIVATIONS = ['relu', 'tanh', 'sigmoid', 'elu', 'selu', 'softplus', 'swish', 'linear'] as const;

const INITIALIZERS = {
  glorotNormal: tf.initializers.glorotNormal,
  glorotUniform: tf.initializers.glorotUniform,
  heNormal: tf.initializers.heNormal,
  heUniform: tf.initializers.heUniform,
  leCunNormal: tf.initializers.leCunNormal,
  leCunUniform: tf.initializers.leCunUniform,
};

/** The options that every architecture here has. */
export const layerOptions = z.object({
  initializer: z
    .enum(Object.keys(INITIALIZERS) as [keyof typeof INITIALIZERS])
    .optional()
    .describe('How all kernels are drawn. Without it, those of convolutions by heNormal and those of dense layers by glorotUniform.'),
});

export type LayerOptions = z.infer<typeof layerOptions>;

/** Layers of a model that start from the task's seed; each is named by who asks for it, and seeded by that name. */
export class SeededLayers {
  private readonly task: ModelTask;
  private readonly options: LayerOptions;

  constructor(task: ModelTask, options: LayerOptions) {
    this.task = task;
    this.options = options;
  }

  input(shape: readonly number[]): tf.layers.Layer {
    return tf.layers.inputLayer({ inputShape: [...shape], name: 'input' });
  }

  dense(name: string, args: Omit<Parameters<typeof tf.layers.dense>[0], 'name' | 'kernelInitializer'>): tf.layers.Layer {
    return tf.layers.dense({ ...args, name, kernelInitializer: this.initializer('glorotUniform', name) });
  }

  /** Convolutions feed rectifiers here, so they start as He et al., 2015, arXiv:1502.01852 say. */
  conv2d(name: string, args: Omit<Parameters<typeof tf.layers.conv2d>[0], 'name' | 'kernelInitializer'>): tf.layers.Layer {
    return tf.layers.conv2d({ ...args, name, kernelInitializer: this.initializer('heNormal', name) });
  }

  dropout(name: string, rate: number): tf.layers.Layer {
    return tf.layers.dropout({ name, rate, seed: this.seedFor(name) });
  }

  /** What the model ends in: probabilities of classes, or values. */
  output(): tf.layers.Layer {
    return this.dense('output', { units: this.task.outputs, activation: this.task.task === 'classification' ? 'softmax' : 'linear' });
  }

  private initializer(usual: keyof typeof INITIALIZERS, name: string) {
    return INITIALIZERS[this.options.initializer ?? usual]({ seed: this.seedFor(name) });
  }

  private seedFor(name: string): number {
    return seedFor(this.task.seed, name);
  }
}

/** `dense`, `dense_1`, `dense_2`…: the names that Keras gives. */
export function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}_${index}`;
}
