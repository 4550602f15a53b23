import { inject, injectable, type ModelSource, type ModelTask, OPTIONS, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { flatSize } from './input-shape.ts';
import { ACTIVATIONS, layerOptions, numbered, SeededLayers } from './layers.ts';

export const mlpOptions = layerOptions.extend({
  hidden: z.array(z.int().min(1).max(65_536)).max(64).default([128, 64]).describe('Units of each hidden layer.'),
  activation: z.enum(ACTIVATIONS).default('relu').describe('What each hidden layer ends in.'),
  dropout: z.number().min(0).lt(1).default(0).describe('The share of each hidden layer’s outputs that a training step leaves out.'),
  batchNorm: z.boolean().default(false).describe('Batch normalisation before each activation; the layer then has no bias.'),
});

/** Dense layers one after another: `dense`, `dense_1`, …, `output`. Samples of any shape are taken as a plain row. */
@injectable()
export class Mlp implements ModelSource {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof mlpOptions>) {}

  build(task: ModelTask): tf.LayersModel {
    const { hidden, activation, dropout, batchNorm } = this.options;
    const seeded = new SeededLayers(task, this.options);
    const layers = [seeded.input([flatSize(task, 'mlp')])];
    hidden.forEach((units, index) => {
      const name = numbered('dense', index);
      if (batchNorm) {
        layers.push(seeded.dense(name, { units, useBias: false }));
        layers.push(tf.layers.batchNormalization({ name: numbered('batch_normalization', index) }));
        layers.push(tf.layers.activation({ activation, name: numbered('activation', index) }));
      } else {
        layers.push(seeded.dense(name, { units, activation }));
      }
      if (dropout > 0) layers.push(seeded.dropout(numbered('dropout', index), dropout));
    });
    return tf.sequential({ name: 'mlp', layers: [...layers, seeded.output()] });
  }
}
