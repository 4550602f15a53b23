import { type Column, type Dataset, type DatasetSource, elementsOf, inject, injectable, OPTIONS, Random, z } from '@espalier/core';

const shapes = z.array(z.array(z.int().min(1))).min(1);

export const noneOptions = z.object({
  inputs: shapes.describe('The shape of one sample, per input of the model: [[28, 28, 1]].'),
  outputs: shapes.describe('The shape of what the model gives for it, per output: [[10]].'),
});

/** Enough to see whether two models give the same. */
const SAMPLES = 8;

/**
 * No data: numbers of the right shapes are made up, for a model that is pruned by its weights alone. Nothing is trained,
 * scored or measured on them.
 */
@injectable()
export class NoData implements DatasetSource {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof noneOptions>) {}

  async load(): Promise<Dataset> {
    const { inputs, outputs } = this.options;
    const random = Random.of(1, 'made up');
    // From 0 up to 1, so that an embedding, too, finds its place for each.
    const column = (shape: readonly number[], value: () => number): Column => ({
      shape,
      data: Float32Array.from({ length: SAMPLES * elementsOf(shape) }, value),
    });
    const samples = {
      size: SAMPLES,
      inputs: inputs.map((shape) => column(shape, () => random.next())),
      targets: outputs.map((shape) => column(shape, () => 0)),
    };
    return { name: 'none', task: 'regression', madeUp: true, train: samples, test: samples, fingerprint: 'none' };
  }
}
