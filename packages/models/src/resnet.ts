import { inject, injectable, type ModelSource, type ModelTask, OPTIONS, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { imageShape } from './input-shape.ts';
import { layerOptions, SeededLayers } from './layers.ts';

export const resnetOptions = layerOptions.extend({
  widths: z
    .array(z.int().min(1).max(4096))
    .min(1)
    .max(6)
    .default([16, 32, 64])
    .describe('Filters in each stage; every stage but the first halves the image.'),
  blocks: z.int().min(1).max(32).default(1).describe('Residual blocks in each stage: n make a ResNet-(6n+2) with three stages.'),
  batchNorm: z.boolean().default(true).describe('Batch normalisation after each convolution, which then has no bias.'),
});

/**
 * A small ResNet as for CIFAR: a convolution, stages of residual blocks of two 3×3 convolutions, the mean over the image.
 * A shortcut is the identity, or a 1×1 convolution where a stage changes the shape. Names are `stem_conv`,
 * `stage1_block1_conv1`, …, `output`. He et al., 2016, arXiv:1512.03385, section 4.2, with shortcuts of type B.
 */
@injectable()
export class Resnet implements ModelSource {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof resnetOptions>) {}

  build(task: ModelTask): tf.LayersModel {
    const { widths, blocks } = this.options;
    const seeded = new SeededLayers(task, this.options);
    const input = tf.input({ shape: imageShape(task, 'resnet', 2 ** (widths.length - 1)), name: 'input' });
    let flow = this.relu(
      this.convolution(seeded, input, { name: 'stem', filters: widths[0] as number, kernelSize: 3, strides: 1 }),
      'stem',
    );
    widths.forEach((filters, index) => {
      for (let block = 1; block <= blocks; block++) {
        const strides = index > 0 && block === 1 ? 2 : 1;
        flow = this.block(seeded, flow, { name: `stage${index + 1}_block${block}`, filters, strides });
      }
    });
    const mean = tf.layers.globalAveragePooling2d({ name: 'global_average_pooling2d' }).apply(flow);
    return tf.model({ name: 'resnet', inputs: input, outputs: seeded.output().apply(mean) as tf.SymbolicTensor });
  }

  private block(
    seeded: SeededLayers,
    input: tf.SymbolicTensor,
    { name, filters, strides }: Omit<Convolution, 'kernelSize'>,
  ): tf.SymbolicTensor {
    const first = this.relu(this.convolution(seeded, input, { name, suffix: '1', filters, kernelSize: 3, strides }), name, '1');
    const second = this.convolution(seeded, first, { name, suffix: '2', filters, kernelSize: 3, strides: 1 });
    const isIdentity = strides === 1 && input.shape[3] === filters;
    const shortcut = isIdentity ? input : this.convolution(seeded, input, { name: `${name}_shortcut`, filters, kernelSize: 1, strides });
    const sum = tf.layers.add({ name: `${name}_add` }).apply([second, shortcut]) as tf.SymbolicTensor;
    return this.relu(sum, name, '2');
  }

  private convolution(seeded: SeededLayers, input: tf.SymbolicTensor, convolution: Convolution): tf.SymbolicTensor {
    const { name, suffix = '', filters, kernelSize, strides } = convolution;
    const { batchNorm } = this.options;
    const layer = seeded.conv2d(`${name}_conv${suffix}`, { filters, kernelSize, strides, padding: 'same', useBias: !batchNorm });
    const output = layer.apply(input) as tf.SymbolicTensor;
    return batchNorm ? (tf.layers.batchNormalization({ name: `${name}_norm${suffix}` }).apply(output) as tf.SymbolicTensor) : output;
  }

  private relu(input: tf.SymbolicTensor, name: string, suffix = ''): tf.SymbolicTensor {
    return tf.layers.activation({ activation: 'relu', name: `${name}_relu${suffix}` }).apply(input) as tf.SymbolicTensor;
  }
}

interface Convolution {
  readonly name: string;
  readonly suffix?: string;
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
}
