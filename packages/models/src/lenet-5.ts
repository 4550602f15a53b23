import { inject, injectable, type ModelSource, type ModelTask, OPTIONS } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { imageShape } from './input-shape.ts';
import { type LayerOptions, SeededLayers } from './layers.ts';

/**
 * The LeNet-5 of the pruning papers, which is Caffe's: convolutions of 20 and 50 filters 5×5, each with pooling, and a
 * hidden layer of 500; 431,080 parameters on MNIST. Rectifiers after the convolutions as in SNIP (Lee et al., 2019,
 * arXiv:1810.02340).
 */
@injectable()
export class Lenet5 implements ModelSource {
  constructor(@inject(OPTIONS) private readonly options: LayerOptions = {}) {}

  build(task: ModelTask): tf.LayersModel {
    const seeded = new SeededLayers(task, this.options);
    const layers = [
      seeded.input(imageShape(task, 'lenet-5', 16)),
      seeded.conv2d('conv2d', { filters: 20, kernelSize: 5, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2, name: 'max_pooling2d' }),
      seeded.conv2d('conv2d_1', { filters: 50, kernelSize: 5, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2, name: 'max_pooling2d_1' }),
      tf.layers.flatten({ name: 'flatten' }),
      seeded.dense('dense', { units: 500, activation: 'relu' }),
      seeded.output(),
    ];
    return tf.sequential({ name: 'lenet-5', layers });
  }
}
