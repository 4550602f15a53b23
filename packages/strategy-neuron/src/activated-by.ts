import { batchNormBehind, consumersOf } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';

const ACTIVATION_LAYERS = /^(Activation|ReLU|LeakyReLU|ELU|ThresholdedReLU|PReLU|Softmax)$/;

/** The layer in which a layer's units are activated: itself, or an activation behind it, over a batch norm between. */
export function activatedBy(layer: tf.layers.Layer): tf.layers.Layer {
  if (activationOf(layer) !== 'linear') return layer;
  const next = onlyConsumer(layer);
  const behind = next !== undefined && next === batchNormBehind(layer) ? onlyConsumer(next) : next;
  return behind !== undefined && ACTIVATION_LAYERS.test(behind.getClassName()) ? behind : layer;
}

/** Whether what a layer gives is zero wherever it is not positive. */
export function isRectified(layer: tf.layers.Layer): boolean {
  return /^(ReLU|ThresholdedReLU)$/.test(layer.getClassName()) || /^relu6?$/.test(activationOf(layer));
}

function activationOf(layer: tf.layers.Layer): string {
  return (layer as { activation?: { getClassName(): string } | null }).activation?.getClassName() ?? 'linear';
}

function onlyConsumer(layer: tf.layers.Layer): tf.layers.Layer | undefined {
  const [only, ...others] = consumersOf(layer);
  return others.length === 0 ? only : undefined;
}
