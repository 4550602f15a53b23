import { type Activations, isChannelsFirst, type PrunableParameter, unitsOf } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { activatedBy } from '../activated-by.ts';
import { scoreUnits } from '../units.ts';

/**
 * The mean of a formula of what each unit gives behind its activation, over all calibration samples and, for
 * convolutions and sequences, all places.
 *
 * @returns one tensor per parameter. The caller disposes them.
 */
export function meanOverOutputs(
  parameters: readonly PrunableParameter[],
  activations: Activations,
  formula: (output: tf.Tensor) => tf.Tensor,
): Promise<tf.Tensor[]> {
  return scoreUnits(parameters, async ({ members, count }) => {
    const { layer } = members[0] as PrunableParameter;
    const [sums] = await activations.sums([activatedBy(layer)], (_input, output) => {
      const byPlace = formula(unitsLast(output, layer)).reshape([-1, count]);
      // The values, and how many they are: a shared layer is used more than once.
      return tf.stack([tf.sum(byPlace, 0), tf.fill([count], byPlace.shape[0] as number)]);
    });
    const values = await (sums as tf.Tensor).data<'float32'>();
    tf.dispose(sums);
    return Array.from({ length: count }, (_, unit) => (values[unit] as number) / (values[count + unit] as number));
  });
}

/** Why a parameter's units are not what its layer gives; undefined where they are. */
export function whyNotSeen(parameter: PrunableParameter): string | undefined {
  const { units } = unitsOf(parameter);
  const nodes = (parameter.layer as unknown as { inboundNodes: readonly { outputTensors: readonly tf.SymbolicTensor[] }[] }).inboundNodes;
  const shape = nodes[0]?.outputTensors[0]?.shape ?? [];
  const isInner = parameter.layer.getClassName() === 'SeparableConv2D' && parameter.name.endsWith('depthwise_kernel');
  if (!isInner && shape[isChannelsFirst(parameter.layer) ? 1 : shape.length - 1] === units) return undefined;
  return 'what its units give is not what the layer gives, and is not to be seen';
}

function unitsLast(output: tf.Tensor, layer: tf.layers.Layer): tf.Tensor {
  if (!isChannelsFirst(layer) || output.rank < 3) return output;
  const places = output.shape.map((_, axis) => axis).slice(2);
  return tf.transpose(output, [0, ...places, 1]);
}
