import { batchNormBehind, type ModelParameter, modelParameters, type PrunableParameter, unitsOf } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';

/** γ of the batch norm that scales a parameter's units one by one; a sentence where there is none. */
export function gammaBehind(parameter: PrunableParameter, model: tf.LayersModel): ModelParameter | string {
  const norm = batchNormBehind(parameter.layer);
  if (norm === undefined) return 'no batch norm behind it scales its units one by one';
  const gamma = modelParameters(model).find(({ layer, name }) => layer === norm && name.endsWith('/gamma'));
  if (gamma === undefined) return `the batch norm behind it, ${norm.name}, has no scale (scale: false)`;
  const { units } = unitsOf(parameter);
  return gamma.size === units ? gamma : `the batch norm behind it, ${norm.name}, has ${gamma.size} channels, and it makes ${units} units`;
}
