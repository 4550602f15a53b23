import * as tf from '@tensorflow/tfjs';
import { innerLayers } from './inner-layers.ts';
import type { Random } from './random.ts';

/** The fields that dropout layers and recurrent cells draw by; tfjs's types do not show them. */
interface Dropping {
  seed?: number;
  dropoutFunc?: (ones: tf.Tensor, rate: number) => tf.Tensor;
}

/**
 * Makes dropout repeatable: the function that it returns gives every dropout of a model new seeds, before each step.
 * tfjs draws a dropout mask from its layer's seed: without one it cannot be repeated, with one it never changes.
 */
export function reseeder(model: tf.LayersModel): (random: Random) => void {
  const all = innerLayers(model);
  const layers = all.filter((layer) => /Dropout/.test(layer.getClassName())) as Dropping[];
  const cells = all.filter((layer) => /Cell$/.test(layer.getClassName())) as Dropping[];
  return (random) => {
    for (const layer of layers) layer.seed = random.int(2 ** 31);
    for (const cell of cells) {
      // One more for each mask: a cell asks for several within a step.
      let seed = random.int(2 ** 30);
      cell.dropoutFunc = (ones, rate) => tf.dropout(ones, rate, undefined, seed++);
    }
  };
}
