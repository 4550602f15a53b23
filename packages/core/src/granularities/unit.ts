import type * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { type Granularity, type GroupMember, type GroupSet, REDUCTIONS, type Reduction } from '../granularity.ts';
import { isModel } from '../layer-fields.ts';
import { type ModelParameter, modelParameters, type PrunableParameter } from '../parameter.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';
import { batchNormBehind, sameUnits, unitsOf } from '../units.ts';

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
  readonly ofUnits = true;

  constructor(@inject(OPTIONS) options: z.infer<typeof unitOptions>) {
    this.reduce = options.reduce;
  }

  refuses({ layer }: PrunableParameter, model: tf.LayersModel): string | undefined {
    if (outputLayers(model).has(layer)) return 'its units are the model’s outputs';
    return isStacked(layer) ? 'its cells are stacked: which units are whose is unknown' : undefined;
  }

  arrange(parameters: readonly PrunableParameter[], model: tf.LayersModel): GroupSet[] {
    const all = modelParameters(model);
    return sameUnits(parameters).map((members) => {
      const [first] = members as [PrunableParameter];
      const { units } = unitsOf(first);
      return { count: units, members: members.map(grouped), companions: companionsOf(first, units, all).map(grouped) };
    });
  }
}

function grouped<P extends ModelParameter | PrunableParameter>(parameter: P): GroupMember<P> {
  return { parameter, groups: unitsOf(parameter).of };
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

/** Layers with weights that pass on the units of what comes before them. */
const PASSING = new Set(['BatchNormalization', 'LayerNormalization', 'PReLU']);

/** The layers whose units are what the model gives, through activations, norms and nested models. */
function outputLayers(model: tf.LayersModel): Set<tf.layers.Layer> {
  const layers = new Set<tf.layers.Layer>();
  /** Whether what is given comes through from the inputs of its model. */
  const follow = (tensor: tf.SymbolicTensor): boolean => {
    const layer = tensor.sourceLayer;
    if (layer.getClassName() === 'InputLayer') return true;
    const isPassing = isModel(layer)
      ? layer.outputs.map(follow).includes(true)
      : layer.weights.length === 0 || PASSING.has(layer.getClassName());
    if (!isModel(layer) && !isPassing) layers.add(layer);
    return isPassing && inputsOf(layer, tensor).map(follow).includes(true);
  };
  for (const output of model.outputs) follow(output);
  return layers;
}

/** What a layer was given for a tensor: of a shared layer, in that one of its uses. */
function inputsOf(layer: tf.layers.Layer, { nodeIndex }: tf.SymbolicTensor): tf.SymbolicTensor[] {
  const nodes = (layer as unknown as { inboundNodes: readonly { readonly inputTensors: tf.SymbolicTensor[] }[] }).inboundNodes;
  return nodes[nodeIndex]?.inputTensors ?? [];
}

function isStacked(layer: tf.layers.Layer): boolean {
  return (layer as { cell?: { cells?: unknown } }).cell?.cells !== undefined;
}
