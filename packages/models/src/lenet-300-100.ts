import { inject, injectable, type ModelSource, type ModelTask, OPTIONS } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { flatSize } from './input-shape.ts';
import { type LayerOptions, SeededLayers } from './layers.ts';

/**
 * Two hidden layers of 300 and 100 units, 266,610 parameters on MNIST. LeCun et al., 1998, "Gradient-Based Learning Applied
 * to Document Recognition"; with rectifiers, as the pruning papers have had it since Han et al., 2015.
 */
@injectable()
export class Lenet300100 implements ModelSource {
  constructor(@inject(OPTIONS) private readonly options: LayerOptions = {}) {}

  build(task: ModelTask): tf.LayersModel {
    const seeded = new SeededLayers(task, this.options);
    const layers = [
      seeded.input([flatSize(task, 'lenet-300-100')]),
      seeded.dense('dense', { units: 300, activation: 'relu' }),
      seeded.dense('dense_1', { units: 100, activation: 'relu' }),
      seeded.output(),
    ];
    return tf.sequential({ name: 'lenet-300-100', layers });
  }
}
