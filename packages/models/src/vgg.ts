import { inject, injectable, type ModelSource, type ModelTask, OPTIONS, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { imageShape } from './input-shape.ts';
import { layerOptions, numbered, SeededLayers } from './layers.ts';

export const vggOptions = layerOptions.extend({
  widths: z
    .array(z.int().min(1).max(4096))
    .min(1)
    .max(8)
    .default([32, 64, 128])
    .describe('Filters in each block; a block ends by halving the image.'),
  convolutions: z.int().min(1).max(8).default(2).describe('Convolutions in each block.'),
  hidden: z.array(z.int().min(1).max(65_536)).max(8).default([128]).describe('Units of the dense layers after the last block.'),
  dropout: z.number().min(0).lt(1).default(0).describe('The share of the dense layers’ outputs that a training step leaves out.'),
  batchNorm: z.boolean().default(true).describe('Batch normalisation after each convolution, which then has no bias.'),
});

/**
 * A small VGG: blocks of 3×3 convolutions, each block followed by pooling, then dense layers. Names are `block1_conv1`,
 * `block1_norm1`, …, `dense`, `output`. Simonyan and Zisserman, 2015, arXiv:1409.1556.
 */
@injectable()
export class Vgg implements ModelSource {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof vggOptions>) {}

  build(task: ModelTask): tf.LayersModel {
    const { widths, convolutions, hidden, dropout } = this.options;
    const seeded = new SeededLayers(task, this.options);
    const layers = [seeded.input(imageShape(task, 'vgg', 2 ** widths.length))];
    widths.forEach((filters, index) => {
      const block = `block${index + 1}`;
      for (let i = 1; i <= convolutions; i++) layers.push(...this.convolution(seeded, block, i, filters));
      layers.push(tf.layers.maxPooling2d({ poolSize: 2, name: `${block}_pool` }));
    });
    layers.push(tf.layers.flatten({ name: 'flatten' }));
    hidden.forEach((units, index) => {
      layers.push(seeded.dense(numbered('dense', index), { units, activation: 'relu' }));
      if (dropout > 0) layers.push(seeded.dropout(numbered('dropout', index), dropout));
    });
    return tf.sequential({ name: 'vgg', layers: [...layers, seeded.output()] });
  }

  private convolution(seeded: SeededLayers, block: string, number: number, filters: number): tf.layers.Layer[] {
    const shape = { filters, kernelSize: 3, padding: 'same' } as const;
    const name = `${block}_conv${number}`;
    if (!this.options.batchNorm) return [seeded.conv2d(name, { ...shape, activation: 'relu' })];
    return [
      seeded.conv2d(name, { ...shape, useBias: false }),
      tf.layers.batchNormalization({ name: `${block}_norm${number}` }),
      tf.layers.activation({ activation: 'relu', name: `${block}_relu${number}` }),
    ];
  }
}
