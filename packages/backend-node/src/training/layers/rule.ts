import type * as tf from '@tensorflow/tfjs';
import type { Graph, Value, Variable } from '../graph.ts';

/** What a layer's rule builds with. */
export interface LayerContext {
  readonly graph: Graph;
  readonly inputs: readonly Value[];
  /** The layer's weight of this name (`kernel`); undefined where it has none. */
  weight(name: string): Variable | undefined;
  /** True for the last layer of a model whose loss takes logits: its activation is left to the loss. */
  readonly leaveActivation: boolean;
  /** Nodes that must run with the step, besides those of the optimiser. */
  readonly updates: string[];
}

/** How one kind of layer becomes nodes of a graph. */
export interface LayerRule {
  /** Why a layer with these settings cannot be built; undefined where it can. */
  refuses?(layer: tf.layers.Layer): string | undefined;
  build(layer: tf.layers.Layer, context: LayerContext): Value;
}

/** Settings that tfjs keeps in fields of its layers, and does not show in their types. */
export interface LayerSettings {
  readonly activation?: { getClassName(): string } | null;
  readonly strides?: number | readonly number[];
  readonly padding?: 'same' | 'valid' | string | readonly (readonly [number, number])[];
  readonly dataFormat?: string;
  readonly dilationRate?: number | readonly number[] | null;
  readonly poolSize?: readonly number[];
  readonly axis?: number;
  readonly epsilon?: number;
  readonly momentum?: number;
  readonly targetShape?: readonly number[];
  readonly maxValue?: number | null;
}

export function settingsOf(layer: tf.layers.Layer): LayerSettings {
  return layer as unknown as LayerSettings;
}
