import { isModel, type Loss, type ModelParameter, modelParameters } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import type { Graph, Value, Variable } from './graph.ts';
import { activationOf, refusesActivation } from './layers/common.ts';
import { LAYER_RULES } from './layers/index.ts';
import { settingsOf } from './layers/rule.ts';
import { NoNativeRule } from './no-native-rule.ts';

interface LayerNode {
  readonly inputTensors: readonly tf.SymbolicTensor[];
}

/** tfjs says of a symbolic tensor where it comes from in fields that its types do not show. */
interface Symbolic {
  readonly id: number;
  readonly sourceLayer: tf.layers.Layer;
  readonly nodeIndex: number;
  readonly tensorIndex: number;
}

/** A model's forward pass as nodes of a graph. */
export interface ModelGraph {
  readonly outputs: readonly Value[];
  /** Every weight of the model. */
  readonly weights: ReadonlyMap<string, { readonly parameter: ModelParameter; readonly variable: Variable }>;
  /** Nodes that must run with a step: moving statistics. */
  readonly updates: readonly string[];
}

/**
 * Builds a model's training forward pass, last activations left to the loss where it takes logits.
 *
 * @throws NoNativeRule naming the first layer that has none.
 */
export function buildModel(graph: Graph, model: tf.LayersModel, inputs: readonly Value[], loss: Loss): ModelGraph {
  const parameters = modelParameters(model);
  const weights = new Map<string, { parameter: ModelParameter; variable: Variable }>();
  const byLayer = new Map<tf.layers.Layer, Map<string, Variable>>();
  for (const parameter of parameters) {
    if (parameter.variable.dtype !== 'float32') throw new NoNativeRule(`${parameter.name} holds ${parameter.variable.dtype}`);
    const variable = graph.variable(parameter.name, parameter.shape);
    if (parameter.trainable) graph.watch(variable.read);
    weights.set(parameter.name, { parameter, variable });
    const own = byLayer.get(parameter.layer) ?? new Map<string, Variable>();
    own.set(parameter.name.slice(parameter.name.lastIndexOf('/') + 1), variable);
    byLayer.set(parameter.layer, own);
  }
  const updates: string[] = [];

  const walk = (part: tf.LayersModel, given: readonly Value[], isWhole: boolean): Value[] => {
    const known = new Map<number, Value>();
    for (const [i, input] of part.inputs.entries()) known.set(symbolic(input).id, given[i] as Value);
    const heads = new Set(isWhole ? part.outputs.map((output) => symbolic(output).id) : []);

    const resolve = (tensor: tf.SymbolicTensor): Value => {
      const { id, sourceLayer: layer, nodeIndex, tensorIndex } = symbolic(tensor);
      const there = known.get(id);
      if (there !== undefined) return there;
      const node = (layer as unknown as { inboundNodes: readonly LayerNode[] }).inboundNodes[nodeIndex] as LayerNode;
      const arguments_ = node.inputTensors.map(resolve);
      const value = isModel(layer)
        ? (walk(layer, arguments_, isWhole && heads.has(id))[tensorIndex] as Value)
        : buildLayer(layer, arguments_, heads.has(id));
      known.set(id, value);
      return value;
    };
    return part.outputs.map(resolve);
  };

  const buildLayer = (layer: tf.layers.Layer, given: readonly Value[], isHead: boolean): Value => {
    const type = layer.getClassName();
    const rule = LAYER_RULES[type];
    const name = `${layer.name} (${type})`;
    if (rule === undefined) throw new NoNativeRule(`${name} has no native rule`);
    const wanted = loss.fromLogits?.activation;
    const leaveActivation = isHead && wanted !== undefined && activationOf(settingsOf(layer)) === wanted;
    if (isHead && wanted !== undefined && !leaveActivation)
      throw new NoNativeRule(`${name} does not end in the ${wanted} that the loss undoes`);
    const refused = rule.refuses?.(layer) ?? (leaveActivation ? undefined : refusesActivation(layer));
    if (refused !== undefined) throw new NoNativeRule(`${name}: ${refused}`);
    const own = byLayer.get(layer);
    return rule.build(layer, { graph, inputs: given, weight: (role) => own?.get(role), leaveActivation, updates });
  };

  const outputs = walk(model, inputs, true);
  return { outputs, weights, updates };
}

function symbolic(tensor: tf.SymbolicTensor): Symbolic {
  return tensor as unknown as Symbolic;
}
