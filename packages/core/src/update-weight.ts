import * as tf from '@tensorflow/tfjs';
import { BrokenPromise } from './errors.ts';
import { partInWords } from './made-part.ts';
import type { Optimizer, UpdateStep } from './optimizer.ts';
import type { ModelParameter } from './parameter.ts';
import { partFailed } from './part-failed.ts';

/** A weight with what is kept beside it, before or after an update. */
export interface WeightState {
  readonly weight: tf.Tensor;
  readonly slots: readonly tf.Tensor[];
}

/**
 * The optimiser's answer, checked: the new weight and one tensor per slot, all shaped like the weight. Inside a tidy.
 *
 * @returns tensors that stay as they are when the weight and its slots are assigned to, in any order.
 * @throws EspalierError naming the optimiser, where it throws; BrokenPromise, where it gives anything else.
 */
export function updateWeight(
  optimizer: Optimizer,
  parameter: ModelParameter,
  gradient: tf.Tensor,
  slots: readonly tf.Tensor[],
  step: UpdateStep,
): WeightState {
  const { variable } = parameter;
  let given: WeightState;
  try {
    given = optimizer.update(variable, gradient, slots, step);
  } catch (error) {
    throw partFailed(placeOf(optimizer, parameter), error);
  }
  const mistake = mistakeIn(given, parameter, optimizer.slots);
  if (mistake !== undefined) {
    throw new BrokenPromise({
      where: placeOf(optimizer, parameter),
      what: mistake,
      remedy: 'update gives { weight, slots }: the new weight, and one tensor for each name in slots, all shaped like the weight',
    });
  }
  return { weight: detached(given.weight), slots: given.slots.map(detached) };
}

function placeOf(optimizer: Optimizer, { name }: ModelParameter): string {
  return `${partInWords(optimizer)} on ${name}`;
}

/** What is wrong with an answer: a plugin's code need not have been compiled against the types. */
function mistakeIn(given: Partial<WeightState> | undefined, { shape }: ModelParameter, names: readonly string[]): string | undefined {
  const { weight, slots } = given ?? {};
  if (!(weight instanceof tf.Tensor)) return 'gave no new weight';
  const odd = oddity(weight, shape);
  if (odd !== undefined) return `gave the new weight ${odd}`;
  if (!Array.isArray(slots)) return 'gave no list of slots';
  if (slots.length !== names.length) return `gave ${slots.length} slots, and names ${names.length} (${names.join(', ') || 'none'})`;
  for (const [i, slot] of slots.entries()) {
    if (!(slot instanceof tf.Tensor)) return `gave no tensor for the slot ${names[i]}`;
    const odd = oddity(slot, shape);
    if (odd !== undefined) return `gave the slot ${names[i]} ${odd}`;
  }
  return undefined;
}

function oddity(tensor: tf.Tensor, shape: readonly number[]): string | undefined {
  if (tensor.dtype !== 'float32') return `the type ${tensor.dtype}, not float32`;
  if (tensor.rank === shape.length && shape.every((size, i) => size === tensor.shape[i])) return undefined;
  return `the shape [${tensor.shape.join(', ')}], where the weight has [${shape.join(', ')}]`;
}

/** A variable may come back as it was given: what is in it now, whatever is assigned to it. */
function detached(tensor: tf.Tensor): tf.Tensor {
  return tensor instanceof tf.Variable ? tf.clone(tensor) : tensor;
}
