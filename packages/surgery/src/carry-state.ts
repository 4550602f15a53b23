import { EspalierError, Mask, type MaskSet, modelParameters, type TrainingState } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { cutValues } from './cut-network.ts';
import type { KeptParameter } from './kept-parameters.ts';
import type { Shrunk } from './shrink.ts';

/**
 * The masks of a run's parameters, for the shrunk model: what was pruned and is still there stays pruned.
 *
 * @returns by the parameter's name in the shrunk model.
 */
export function carryMasks(masks: MaskSet, { parameters }: Pick<Shrunk, 'parameters'>): Map<string, Mask> {
  const carried = new Map<string, Mask>();
  for (const { name } of masks.parameters) {
    const parameter = parameters.get(name);
    if (parameter !== undefined) carried.set(parameter.name, Mask.of(cutLike(parameter, masks.get({ name }).toFloat32())));
  }
  return carried;
}

/** The state of a training session, for the shrunk model: moments are cut like their weights. */
export function carryTraining({ updates, slots }: TrainingState, { parameters }: Pick<Shrunk, 'parameters'>): TrainingState {
  const carried: Record<string, Float32Array> = {};
  for (const [key, values] of Object.entries(slots)) {
    const at = key.lastIndexOf('/');
    const parameter = parameters.get(key.slice(0, at));
    if (parameter !== undefined) carried[`${parameter.name}/${key.slice(at + 1)}`] = cutLike(parameter, values);
  }
  return { updates, slots: carried };
}

/**
 * The moments of the optimiser that a model was compiled with, into that of the shrunk model: training goes on where it was.
 *
 * @param shrunk of this model, its own model compiled with an optimiser of the same kind.
 * @throws EspalierError where one of them is not compiled, or the moments are not those of the model's weights.
 */
export async function carryOptimizer(model: tf.LayersModel, shrunk: Pick<Shrunk, 'model' | 'parameters'>): Promise<void> {
  const [from, to] = [optimizerOf(model, 'the model'), optimizerOf(shrunk.model, 'the shrunk model')];
  const [iterations, ...moments] = await from.getWeights();
  const names = trainableNames(model);
  const sets = moments.length / Math.max(1, names.length);
  if (
    iterations === undefined ||
    !Number.isInteger(sets) ||
    moments.some(({ tensor }, i) => tensor.size !== names[i % names.length]?.size)
  ) {
    throw new EspalierError({
      where: 'carryOptimizer',
      what: `the optimiser holds ${moments.length} moments that are not those of the model's ${names.length} trainable weights`,
      remedy: 'Give the model as it was trained, with the same layers frozen',
    });
  }
  const before = new Map([...shrunk.parameters].map(([name, parameter]) => [parameter.name, { name, parameter }]));
  const carried: Parameters<tf.Optimizer['setWeights']>[0] = [];
  for (let set = 0; set < sets; set++) {
    for (const { name, variable } of trainableNames(shrunk.model)) {
      const own = before.get(name);
      const at = names.findIndex((each) => each.name === own?.name);
      const moment = moments[set * names.length + at];
      const values =
        moment === undefined || own === undefined
          ? new Float32Array(variable.size)
          : cutLike(own.parameter, await moment.tensor.data<'float32'>());
      carried.push({ name: moment?.name ?? name, tensor: tf.tensor(values, variable.shape) });
    }
  }
  await to.setWeights([iterations, ...carried]);
  tf.dispose([iterations, ...carried].map(({ tensor }) => tensor));
}

function cutLike({ shape, kept }: KeptParameter, values: Float32Array): Float32Array {
  return cutValues(values, shape, kept).slice() as Float32Array;
}

function optimizerOf(model: tf.LayersModel, what: string): tf.Optimizer {
  const { optimizer } = model as { optimizer?: tf.Optimizer };
  if (optimizer !== undefined) return optimizer;
  throw new EspalierError({ where: 'carryOptimizer', what: `${what} has no optimiser`, remedy: 'Call compile first' });
}

/** In the order in which tfjs trains them. */
function trainableNames(model: tf.LayersModel): { name: string; size: number; variable: tf.Variable }[] {
  const names = new Map(modelParameters(model).map(({ name, variable }) => [variable, name]));
  return model.trainableWeights.map((weight) => {
    const variable = weight.read() as tf.Variable;
    return { name: names.get(variable) ?? weight.originalName, size: variable.size, variable };
  });
}
