import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { type Granularity, type GroupMember, type GroupSet, REDUCTIONS, type Reduction } from '../granularity.ts';
import { isModel, type ModelParameter, modelParameters, type PrunableParameter } from '../parameter.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';
import { batchNormBehind, unitsOf } from '../units.ts';

export const unitOptions = z.object({
  reduce: z.enum(REDUCTIONS).default('l2').describe('How the scores of a unit’s weights become one.'),
});

/**
 * Whole units: a neuron of a Dense, a filter of a convolution, a channel of a depthwise one, a hidden unit of a
 * recurrent layer. Its bias and its entries of a batch norm go with it, so that it is silent.
 * Li et al., 2017, "Pruning Filters for Efficient ConvNets", arXiv:1608.08710.
 */
@injectable()
export class UnitGranularity implements Granularity {
  readonly reduce: Reduction;

  constructor(@inject(OPTIONS) options: z.infer<typeof unitOptions>) {
    this.reduce = options.reduce;
  }

  refuses({ layer }: PrunableParameter, model: tf.LayersModel): string | undefined {
    return outputLayers(model).has(layer) ? 'its units are the model’s outputs' : undefined;
  }

  arrange(parameters: readonly PrunableParameter[], model: tf.LayersModel): GroupSet[] {
    const all = modelParameters(model);
    const sets: GroupSet[] = [];
    const placed = new Set<string>();
    for (const parameter of parameters) {
      if (placed.has(parameter.name)) continue;
      const members = [parameter, ...parameters.filter((other) => goesWith(other, parameter))];
      for (const { name } of members) placed.add(name);
      const { units } = unitsOf(parameter);
      sets.push({ count: units, members: members.map(grouped), companions: companionsOf(parameter, units, all).map(grouped) });
    }
    return sets;
  }
}

function grouped<P extends ModelParameter | PrunableParameter>(parameter: P): GroupMember<P> {
  return { parameter, groups: unitsOf(parameter).of };
}

/** A recurrent kernel makes the same units as the kernel beside it. */
function goesWith(other: PrunableParameter, parameter: PrunableParameter): boolean {
  return (
    other.layer === parameter.layer &&
    other.name === parameter.name.replace(/\/kernel$/, '/recurrent_kernel') &&
    other.name !== parameter.name
  );
}

/** The bias beside a kernel, and scale and shift of the batch norm behind. */
function companionsOf(parameter: PrunableParameter, units: number, all: readonly ModelParameter[]): ModelParameter[] {
  const folder = parameter.name.slice(0, parameter.name.lastIndexOf('/'));
  // A separable convolution's bias belongs to what its pointwise kernel makes.
  const isInner = parameter.name.endsWith('depthwise_kernel') && parameter.layer.getClassName() === 'SeparableConv2D';
  if (isInner) return [];
  const norm = batchNormBehind(parameter.layer);
  return all.filter(
    (other) =>
      other.shape.length === 1 &&
      (other.name === `${folder}/bias` || (other.layer === norm && /\/(gamma|beta)$/.test(other.name))) &&
      unitsOf(other).units === units,
  );
}

/** The layers whose units are what the model gives, through activations and nested models. */
function outputLayers(model: tf.LayersModel): Set<tf.layers.Layer> {
  const layers = new Set<tf.layers.Layer>();
  const follow = (tensor: tf.SymbolicTensor): void => {
    const layer = tensor.sourceLayer;
    if (isModel(layer)) for (const output of layer.outputs) follow(output);
    else if (layer.weights.length > 0) layers.add(layer);
    else {
      // What has no weights passes on the units of what comes before it.
      const before = (layer as { input?: tf.SymbolicTensor | tf.SymbolicTensor[] }).input;
      for (const input of before === undefined ? [] : [before].flat()) if (input !== tensor) follow(input);
    }
  };
  for (const output of model.outputs) follow(output);
  return layers;
}
