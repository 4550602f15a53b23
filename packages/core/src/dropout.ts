import * as tf from '@tensorflow/tfjs';
import { leafLayers } from './parameter.ts';
import type { Random } from './random.ts';

/** What wrappers, recurrent layers and dropout layers hold in fields that tfjs's types do not show. */
interface Inner {
  seed?: number;
  readonly dropout?: number;
  dropoutFunc?: (ones: tf.Tensor, rate: number) => tf.Tensor;
  readonly layer?: tf.layers.Layer;
  readonly forwardLayer?: tf.layers.Layer;
  readonly backwardLayer?: tf.layers.Layer;
  readonly cell?: tf.layers.Layer;
  readonly cells?: readonly tf.layers.Layer[];
}

/**
 * Makes dropout repeatable: the function that it returns gives every dropout of a model new seeds, before each step.
 * tfjs draws a dropout mask from its layer's seed: without one it cannot be repeated, with one it never changes.
 */
export function reseeder(model: tf.LayersModel): (random: Random) => void {
  const all = leafLayers(model).flatMap(({ layer }) => within(layer));
  const layers = all.filter((layer) => /Dropout/.test(layer.getClassName())) as Inner[];
  const cells = all.filter((layer) => /Cell$/.test(layer.getClassName())) as Inner[];
  return (random) => {
    for (const layer of layers) layer.seed = random.int(2 ** 31);
    for (const cell of cells) {
      // Drawn per mask: a cell asks for several within a step.
      let seed = random.int(2 ** 30);
      cell.dropoutFunc = (ones, rate) => tf.dropout(ones, rate, undefined, seed++);
    }
  };
}

function within(layer: tf.layers.Layer): tf.layers.Layer[] {
  const { layer: wrapped, forwardLayer, backwardLayer, cell, cells } = layer as Inner;
  const inner = [wrapped, forwardLayer, backwardLayer, cell, ...(cells ?? [])].filter((each) => each !== undefined && each !== null);
  return [layer, ...inner.flatMap(within)];
}
