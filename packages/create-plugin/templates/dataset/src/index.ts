import { type Dataset, type DatasetSource, definePlugin, inject, injectable, OPTIONS, Random, type Samples, z } from '@espalier/core';

const acmeOptions = z.object({
  train: z.int().min(2).max(1_000_000).default(2000).describe('Samples to train with.'),
  test: z.int().min(2).max(1_000_000).default(1000).describe('Samples to test with.'),
  turns: z.number().positive().max(10).default(1.5).describe('How often each spiral winds around the origin.'),
  noise: z.number().min(0).default(0.02).describe('How far points lie off their spiral, at most; the spirals end at radius 1.'),
  seed: z.int().min(0).default(1).describe('Other points for another one; the seed of the run does not change them.'),
});

/** Points of two spirals that wind into one another: which of the two is it? */
@injectable()
export class AcmeDataset implements DatasetSource {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof acmeOptions>) {}

  async load(): Promise<Dataset> {
    return {
      name: 'acme',
      task: 'classification',
      classes: 2,
      train: this.spirals('train'),
      test: this.spirals('test'),
      // Whatever changes the samples changes this: a dense baseline is kept for the data that it was trained on.
      fingerprint: `acme ${JSON.stringify(this.options)}`,
    };
  }

  /** The seed of a run is for its weights and batches: what a sweep over it compares is tested on the same points. */
  private spirals(side: 'train' | 'test'): Samples {
    const size = this.options[side];
    const random = Random.of(this.options.seed, 'acme', side);
    const off = () => (2 * random.next() - 1) * this.options.noise;
    const points = new Float32Array(2 * size);
    const labels = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const label = i % 2;
      const radius = Math.sqrt(random.next());
      const angle = 2 * Math.PI * this.options.turns * radius + Math.PI * label;
      points.set([radius * Math.cos(angle) + off(), radius * Math.sin(angle) + off()], 2 * i);
      labels[i] = label;
    }
    return { size, inputs: [{ shape: [2], data: points }], targets: [{ shape: [], data: labels }] };
  }
}

export default definePlugin({
  name: 'espalier-plugin-acme',
  datasets: { acme: { use: AcmeDataset, options: acmeOptions, description: 'Two spirals that wind into one another.' } },
});
