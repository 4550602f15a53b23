import { EspalierError, elementsOf, type ModelTask } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';

/**
 * Checks that a model takes the task's inputs and gives its outputs, before any training meets the difference.
 *
 * @param where the file or module that it comes from, for the message.
 * @returns the same model.
 */
export function checkModel(model: tf.LayersModel, task: ModelTask, where: string): tf.LayersModel {
  if (model.layers.length === 0) throw new EspalierError({ where, what: 'the model has no layers' });
  checkInputs(model, task, where);
  if (task.anyOutput !== true) for (const output of model.outputs) checkOutput(output, task, where);
  return model;
}

function checkInputs({ inputs }: tf.LayersModel, { inputShapes }: ModelTask, where: string): void {
  if (inputs.length !== inputShapes.length) {
    throw new EspalierError({ where, what: `the model takes ${inputs.length} inputs, but the data has ${inputShapes.length}` });
  }
  inputs.forEach((input, index) => {
    const wanted = input.shape.slice(1);
    const given = inputShapes[index] as readonly number[];
    const isSame = wanted.length === given.length && wanted.every((length, i) => length === null || length === given[i]);
    const isReshaped = wanted.every((length) => length !== null) && elementsOf(wanted as number[]) === elementsOf(given);
    if (isSame || isReshaped) return;
    const what = `input "${input.name}" takes [${describe(wanted)}], but the data has [${given.join(', ')}]`;
    throw new EspalierError({ where, what, remedy: 'Choose data or a model of the other shape' });
  });
}

function checkOutput(output: tf.SymbolicTensor, { task, outputs }: ModelTask, where: string): void {
  const units = output.shape[output.shape.length - 1];
  const activation = activationOf(output.sourceLayer);
  const isYesOrNo = task === 'classification' && units === 1 && outputs === 2 && activation !== 'linear';
  if (output.shape.length < 2 || (units !== outputs && !isYesOrNo)) {
    const wanted = task === 'classification' ? `${outputs} classes` : `${outputs} values to predict`;
    const what = `output "${output.name}" gives [${describe(output.shape.slice(1))}], but the data has ${wanted}`;
    throw new EspalierError({ where, what, remedy: `End the model in a layer of ${outputs} units` });
  }
  if (task === 'classification' && activation === 'linear') {
    const what = `output "${output.name}" ends in ${output.sourceLayer.getClassName()} without an activation, but classification needs probabilities`;
    throw new EspalierError({ where, what, remedy: 'Give its last layer the activation softmax' });
  }
}

/** Only of layers that are known to have one; tfjs keeps it in a field that its types do not show. */
function activationOf(layer: tf.layers.Layer): string | undefined {
  if (layer.getClassName() !== 'Dense' && layer.getClassName() !== 'Activation') return undefined;
  return (layer as tf.layers.Layer & { activation?: { getClassName(): string } | null }).activation?.getClassName() ?? 'linear';
}

function describe(shape: readonly (number | null)[]): string {
  return shape.map((length) => length ?? '?').join(', ');
}
