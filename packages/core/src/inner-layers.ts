import type * as tf from '@tensorflow/tfjs';
import { isModel } from './layer-fields.ts';
import { leafLayers } from './parameter.ts';

/** What wrappers and recurrent layers hold in fields that tfjs's types do not show. */
interface Holder {
  readonly layer?: tf.layers.Layer;
  readonly forwardLayer?: tf.layers.Layer;
  readonly backwardLayer?: tf.layers.Layer;
  readonly cell?: tf.layers.Layer;
  readonly cells?: readonly tf.layers.Layer[];
}

/** Every layer of a model, with the layers and cells inside of wrappers and recurrent layers: each once. */
export function innerLayers(model: tf.LayersModel): tf.layers.Layer[] {
  return [...new Set(leafLayers(model).flatMap(({ layer }) => within(layer)))];
}

function within(layer: tf.layers.Layer): tf.layers.Layer[] {
  if (isModel(layer)) return innerLayers(layer);
  const { layer: wrapped, forwardLayer, backwardLayer, cell, cells } = layer as Holder;
  const inner = [wrapped, forwardLayer, backwardLayer, cell, ...(cells ?? [])].filter((each) => each !== undefined && each !== null);
  return [layer, ...inner.flatMap(within)];
}
