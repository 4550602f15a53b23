import type * as tf from '@tensorflow/tfjs';

export function isModel(layer: unknown): layer is tf.LayersModel {
  return Array.isArray((layer as { layers?: unknown }).layers);
}

/** The layer that a wrapper (TimeDistributed, Bidirectional) holds, in a list; none where it is no wrapper. */
export function wrappedIn(layer: tf.layers.Layer): tf.layers.Layer[] {
  const { layer: wrapped } = layer as { layer?: tf.layers.Layer };
  return wrapped === undefined ? [] : [wrapped];
}

/** Whether channels stand before rows and columns. */
export function isChannelsFirst(layer: tf.layers.Layer): boolean {
  return (layer as { dataFormat?: string }).dataFormat === 'channelsFirst';
}
