import { definePlugin, elementsOf, inject, injectable, type ModelSource, type ModelTask, OPTIONS, Random, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const acmeOptions = z.object({
  units: z.int().min(1).max(65_536).default(64).describe('Units of the first hidden layer; each further one has half as many.'),
  layers: z.int().min(1).max(16).default(2).describe('Hidden layers.'),
});

/** Dense layers, each half as wide as the one before it. */
@injectable()
export class AcmeModel implements ModelSource {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof acmeOptions>) {}

  build({ inputShapes, task, outputs, seed }: ModelTask): tf.LayersModel {
    // Samples of any shape are taken as a plain row.
    const input = tf.layers.inputLayer({ inputShape: [elementsOf(inputShapes[0] ?? [])], name: 'input' });
    const dense = (name: string, units: number, activation: 'relu' | 'softmax' | 'linear') =>
      tf.layers.dense({ name, units, activation, kernelInitializer: tf.initializers.glorotUniform({ seed: seedOf(name) }) });
    // A seed of its own for each layer, all from that of the run: the same seed builds the same weights.
    const seedOf = (name: string) => Random.of(seed, 'weights', name).int(2 ** 31);
    const hidden = Array.from({ length: this.options.layers }, (_, i) =>
      dense(`dense_${i + 1}`, Math.max(1, Math.floor(this.options.units / 2 ** i)), 'relu'),
    );
    return tf.sequential({ layers: [input, ...hidden, dense('output', outputs, task === 'classification' ? 'softmax' : 'linear')] });
  }
}

export default definePlugin({
  name: 'espalier-plugin-acme',
  models: { acme: { use: AcmeModel, options: acmeOptions, description: 'Dense layers, each half as wide as the one before it.' } },
});
