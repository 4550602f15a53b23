import { EspalierError, leafLayers, usesPerSample } from '@espalier/core';
import { countNonzero } from '@espalier/experiment';
import { dependencyGraph, type GroupMember, readNetwork, type UnitGroup } from '@espalier/surgery';
import type * as tf from '@tensorflow/tfjs';

/** A model as pruning sees it. */
export interface InspectedModel {
  readonly layers: readonly InspectedLayer[];
  readonly parameters: readonly InspectedParameter[];
  /** All elements of all parameters. */
  readonly size: number;
  readonly nonzero: number;
  /** Share of zeros among the elements of prunable parameters. */
  readonly sparsity: number;
  /** Multiply-accumulates of one sample, zeros not counted. */
  readonly macs: number;
  /** Of the weights as they are in memory. */
  readonly bytes: number;
  /** Units that are tied to one another, and what of them can be removed; null where channels cannot be followed. */
  readonly groups: readonly InspectedGroup[] | null;
  /** Why there are no groups. */
  readonly whyNoGroups?: string;
}

export interface InspectedLayer {
  readonly name: string;
  readonly type: string;
  readonly outputShape: readonly (number | null)[];
  /** Elements of all its parameters. */
  readonly parameters: number;
  readonly macs: number;
}

/** Layers whose units go together. */
export interface InspectedGroup {
  readonly name: string;
  /** The layers that make its units. */
  readonly makers: readonly string[];
  readonly units: number;
  /** How many of them may go. */
  readonly removable: number;
  /** Why the others stay; a unit may have several reasons. */
  readonly kept: UnitGroup['kept'];
  /** Where its units are in the weights. */
  readonly weights: readonly Omit<GroupMember, 'kind'>[];
}

export interface InspectedParameter {
  readonly name: string;
  /** The class of its layer. */
  readonly layer: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly nonzero: number;
  readonly sparsity: number;
  readonly macs: number;
  readonly prunable: boolean;
  /** Why it cannot be pruned. */
  readonly why?: string;
}

/** Counts what a model holds and says of each parameter whether it can be pruned, and why not. */
export async function inspectModel(model: tf.LayersModel): Promise<InspectedModel> {
  const counted = await countNonzero(model);
  const parameters = counted.map((parameter): InspectedParameter => {
    const { name, layer, shape, size, nonzero, keptBecause } = parameter;
    const macs = nonzero * usesPerSample(parameter);
    const base = { name, layer: layer.getClassName(), shape, size, nonzero, sparsity: 1 - nonzero / size, macs };
    return keptBecause === undefined ? { ...base, prunable: true } : { ...base, prunable: false, why: keptBecause };
  });
  const prunable = parameters.filter((parameter) => parameter.prunable);
  const size = total(parameters, (parameter) => parameter.size);
  const elements = total(prunable, (parameter) => parameter.size);
  return {
    layers: leafLayers(model).map(({ layer, path }) => {
      const own = parameters.filter((_, each) => counted[each]?.layer === layer);
      return {
        name: path,
        type: layer.getClassName(),
        outputShape: outputShapeOf(layer),
        parameters: total(own, (parameter) => parameter.size),
        macs: total(own, (parameter) => parameter.macs),
      };
    }),
    parameters,
    size,
    nonzero: total(parameters, (parameter) => parameter.nonzero),
    sparsity: elements === 0 ? 0 : 1 - total(prunable, (parameter) => parameter.nonzero) / elements,
    macs: total(parameters, (parameter) => parameter.macs),
    bytes: 4 * size,
    ...(await groupsOf(model)),
  };
}

async function groupsOf(model: tf.LayersModel): Promise<Pick<InspectedModel, 'groups' | 'whyNoGroups'>> {
  try {
    const { groups, kept } = dependencyGraph(await readNetwork(model));
    return {
      groups: groups.map(({ name, makers, first, units, members, kept: reasons }) => ({
        name,
        makers,
        units,
        removable: Array.from({ length: units }, (_, i) => first + i).filter((unit) => !kept.has(unit)).length,
        kept: reasons,
        weights: members.filter(({ kind }) => kind === 'weight').map(({ kind: _, ...weight }) => weight),
      })),
    };
  } catch (error) {
    if (error instanceof EspalierError) return { groups: null, whyNoGroups: error.message };
    throw error;
  }
}

function total(parameters: readonly InspectedParameter[], value: (parameter: InspectedParameter) => number): number {
  return parameters.reduce((sum, parameter) => sum + value(parameter), 0);
}

/** Of a layer’s first use; a layer with several outputs is shown by the first. */
function outputShapeOf(layer: tf.layers.Layer): readonly (number | null)[] {
  try {
    const shape = layer.outputShape as (number | null)[] | (number | null)[][];
    return Array.isArray(shape[0]) ? shape[0] : (shape as (number | null)[]);
  } catch {
    // A shared layer has an output per use, and tfjs refuses to name one.
    return [];
  }
}
