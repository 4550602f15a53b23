import * as tf from '@tensorflow/tfjs';
import type { MaskSet } from './mask-set.ts';

/**
 * For those with a training loop of their own: an optimiser that keeps the masks through a plain `model.compile` and
 * `model.fit`. Each update is the inner optimiser's; then pruned weights, and what the inner one remembers of them
 * (momentum, Adam's moments), are set to zero.
 *
 *     model.compile({ optimizer: keepMasks(tf.train.adam(), masks), loss: 'sparseCategoricalCrossentropy' });
 *
 * tfjs ignores kernel constraints in training (tensorflow/tfjs#3345), so a mask written as a constraint does nothing.
 */
export function keepMasks<O extends tf.Optimizer>(optimizer: O, masks: MaskSet): O {
  const byVariable = new Map(masks.parameters.map((parameter) => [parameter.variable.name, parameter]));

  return new Proxy(optimizer, {
    get(inner, property) {
      // Methods run on the proxy: `minimize`, which `fit` calls, has to come to the `applyGradients` below.
      if (property !== 'applyGradients') return Reflect.get(inner, property, inner);
      return (gradients: Parameters<O['applyGradients']>[0]) => {
        inner.applyGradients(gradients);
        masks.apply();
        for (const { originalName, variable } of rememberedBy(inner)) {
          const parameter = byVariable.get(originalName.slice(0, originalName.lastIndexOf('/')));
          if (parameter !== undefined) masks.applyTo(variable, parameter);
        }
      };
    },
  });
}

interface Remembered {
  /** `dense/kernel/m`: the weight's name and the slot's. */
  readonly originalName: string;
  readonly variable: tf.Variable | null;
}

/** tfjs's optimisers keep their state in fields of lists, one entry per weight. */
function rememberedBy(optimizer: tf.Optimizer): { originalName: string; variable: tf.Variable }[] {
  return Object.values(optimizer)
    .filter((field): field is Remembered[] => Array.isArray(field))
    .flat()
    .filter((entry) => typeof entry?.originalName === 'string' && entry.variable instanceof tf.Variable) as never;
}
