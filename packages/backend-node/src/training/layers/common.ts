import type * as tf from '@tensorflow/tfjs';
import type { Value } from '../graph.ts';
import { ACTIVATIONS } from '../ops/activation.ts';
import { biasAdd } from '../ops/linear.ts';
import { type LayerContext, type LayerSettings, settingsOf } from './rule.ts';

/** Bias and activation, where the layer has them. */
export function finish(layer: tf.layers.Layer, { graph, weight, leaveActivation }: LayerContext, x: Value): Value {
  const bias = weight('bias');
  const biased = bias === undefined ? x : biasAdd(graph, x, bias.read);
  return leaveActivation ? biased : activate(graph, activationOf(settingsOf(layer)), biased);
}

export function activate(graph: LayerContext['graph'], name: string, x: Value): Value {
  const rule = ACTIVATIONS[name];
  if (rule === undefined) throw new Error(`the activation ${name} has no native rule`);
  return rule(graph, x);
}

export function activationOf({ activation }: LayerSettings): string {
  return activation?.getClassName() ?? 'linear';
}

/** Why an activation cannot be built: it is checked where the layer is not the head of a loss on logits. */
export function refusesActivation(layer: tf.layers.Layer): string | undefined {
  const name = activationOf(settingsOf(layer));
  return ACTIVATIONS[name] === undefined ? `the activation ${name} has no native rule` : undefined;
}

export function refusesChannelsFirst(layer: tf.layers.Layer): string | undefined {
  return settingsOf(layer).dataFormat === 'channelsFirst' ? 'channels come first' : undefined;
}

export function pair(value: number | readonly number[] | null | undefined): [number, number] {
  if (value === null || value === undefined) return [1, 1];
  return typeof value === 'number' ? [value, value] : [value[0] as number, (value[1] ?? value[0]) as number];
}

export function paddingOf({ padding }: LayerSettings): 'SAME' | 'VALID' {
  return padding === 'same' ? 'SAME' : 'VALID';
}
