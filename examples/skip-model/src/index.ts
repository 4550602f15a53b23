import { definePlugin, elementsOf, inject, injectable, type ModelSource, type ModelTask, OPTIONS, Random, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const skipOptions = z.object({
  width: z.int().min(1).max(4096).default(32).describe('Units of each block.'),
  blocks: z.int().min(1).max(100).default(3).describe('How many blocks.'),
});

/** x + relu(W·x), block after block: a Dense net through which gradients find a short way. */
@injectable()
export class SkipModel implements ModelSource {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof skipOptions>) {}

  build({ inputShapes, task, outputs, seed }: ModelTask): tf.LayersModel {
    const dense = (name: string, units: number, activation?: 'relu' | 'softmax') => {
      // Each layer starts from a seed of its own, so that the same config builds the same net.
      const kernelInitializer = tf.initializers.glorotUniform({ seed: Random.of(seed, name).int(2 ** 31) });
      return tf.layers.dense({ name, units, activation, kernelInitializer });
    };
    const input = tf.input({ shape: [elementsOf(inputShapes[0] ?? [])] });
    let x = dense('first', this.options.width).apply(input) as tf.SymbolicTensor;
    for (let i = 1; i <= this.options.blocks; i++) {
      const block = dense(`block_${i}`, this.options.width, 'relu').apply(x) as tf.SymbolicTensor;
      x = tf.layers.add({ name: `add_${i}` }).apply([x, block]) as tf.SymbolicTensor;
    }
    const output = dense('output', outputs, task === 'classification' ? 'softmax' : undefined).apply(x) as tf.SymbolicTensor;
    return tf.model({ inputs: input, outputs: output });
  }
}

export default definePlugin({
  name: '@espalier-examples/skip-model',
  models: { skip: { use: SkipModel, options: skipOptions, description: 'Dense blocks with skip connections.' } },
});
