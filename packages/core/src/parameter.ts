import * as tf from '@tensorflow/tfjs';
import { type CallShapes, layerCalls } from './layer-calls.ts';
import { isModel } from './layer-fields.ts';

type LayerWeight = tf.layers.Layer['weights'][number];

/** One weight tensor of a layer that pruning may thin out. */
export interface PrunableParameter {
  /** The layer's path and the weight's own name: `dense/kernel`, `encoder/conv_1/kernel`. */
  readonly name: string;
  readonly layer: tf.layers.Layer;
  readonly shape: readonly number[];
  /** How many elements. */
  readonly size: number;
  /** The calls of its layer while the model runs once: several of a shared layer, or where a nested model is called again. */
  readonly calls: readonly CallShapes[];
  /** A target of its own, from 0 to 1, where a rule gives one; the run's target does not apply to it then. */
  readonly sparsity?: number;
  /** The weights as they stand: the model's own variable. Not to be disposed. */
  readonly variable: tf.Variable;
}

/** Any weight tensor of a model, prunable or not, and why not. */
export interface ModelParameter {
  readonly name: string;
  readonly layer: tf.layers.Layer;
  readonly shape: readonly number[];
  readonly size: number;
  readonly calls: readonly CallShapes[];
  readonly trainable: boolean;
  readonly variable: tf.Variable;
  /** Why pruning leaves it alone; undefined where it may be pruned. */
  readonly keptBecause?: string;
}

/** Why pruning leaves the kernels of a frozen layer alone. */
export const FROZEN = 'its layer is frozen (trainable: false)';

/** Layers whose weights scale or shift single channels: removing an entry silences a channel, it does not thin a kernel. */
const SCALING_LAYERS = new Set(['BatchNormalization', 'LayerNormalization', 'PReLU']);

/**
 * Every weight tensor of a model in the order of its layers, each once, those of nested models and wrapped layers
 * included. The variables stay the model's own.
 */
export function modelParameters(model: tf.LayersModel): ModelParameter[] {
  const found = new Map<tf.Variable, ModelParameter>();
  const names = new Set<string>();
  // Many want the weights alone, and compiling a model is not to walk through it twice.
  let walked: ReturnType<typeof layerCalls> | undefined;
  const callsOf = (layer: tf.layers.Layer) => {
    walked ??= layerCalls(model);
    return walked.get(layer) ?? [];
  };
  for (const { layer, path } of leafLayers(model)) {
    for (const weight of layer.weights) {
      const variable = variableOf(weight);
      if (found.has(variable)) continue;
      const name = uniqueName(`${path}/${ownName(layer, weight)}`, names);
      found.set(variable, {
        ...describe(layer, name, weight, variable),
        get calls() {
          return callsOf(layer);
        },
      });
    }
  }
  return [...found.values()];
}

/** The layers that hold weights themselves, with their path through nested models. A shared layer comes once. */
export function leafLayers(model: tf.LayersModel, prefix = ''): { layer: tf.layers.Layer; path: string }[] {
  const seen = new Set<tf.layers.Layer>();
  const leaves: { layer: tf.layers.Layer; path: string }[] = [];
  for (const layer of model.layers) {
    const path = prefix + layer.name;
    const inner = isModel(layer) ? leafLayers(layer, `${path}/`) : [{ layer, path }];
    for (const leaf of inner) {
      if (seen.has(leaf.layer)) continue;
      seen.add(leaf.layer);
      leaves.push(leaf);
    }
  }
  return leaves;
}

function describe(layer: tf.layers.Layer, name: string, weight: LayerWeight, variable: tf.Variable): Omit<ModelParameter, 'calls'> {
  const shape = variable.shape;
  return {
    name,
    layer,
    shape,
    size: variable.size,
    trainable: weight.trainable && layer.trainable,
    variable,
    keptBecause: whyKept(layer, weight, variable),
  };
}

function whyKept(layer: tf.layers.Layer, weight: LayerWeight, variable: tf.Variable): string | undefined {
  const type = layer.getClassName();
  if (variable.dtype !== 'float32') return `its type is ${variable.dtype}, not float32`;
  if (SCALING_LAYERS.has(type)) return `${type} scales channels; it goes when its unit goes`;
  if (variable.shape.length < 2) return 'a bias is one number per unit; it goes when its unit goes';
  if (!layer.trainable) return FROZEN;
  if (!weight.trainable) return 'it is not trained';
  return undefined;
}

/**
 * tfjs names a weight `layer/kernel`, or `wrapper/layer/kernel`: what follows the layer's own name. The two layers of a
 * Bidirectional are named after a counter of the process, which a stored name must not depend on.
 */
function ownName(layer: tf.layers.Layer, weight: LayerWeight): string {
  const segments = weight.originalName.split('/');
  const own = segments.length > 1 ? segments.slice(1).join('/') : weight.originalName;
  return layer.getClassName() === 'Bidirectional' ? own.replace(/^(forward|backward)_[^/]+/, '$1') : own;
}

function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
  taken.add(name);
  return name;
}

/** LayerVariable keeps its tf.Variable in a field that its types call protected; `read()` gives the same object. */
function variableOf(weight: LayerWeight): tf.Variable {
  const value = weight.read();
  if (!(value instanceof tf.Variable)) throw new TypeError(`${weight.originalName} is not backed by a tf.Variable`);
  return value;
}
