import { type Dataset, type DatasetSource, definePlugin, inject, injectable, OPTIONS, Random, type Samples, z } from '@espalier/core';

const spiralsOptions = z.object({
  arms: z.int().min(2).max(10).default(2).describe('How many spirals: the classes.'),
  samples: z.int().min(10).default(1000).describe('Points to train with; a fifth as many to test with.'),
  noise: z.number().min(0).default(0.05).describe('How far points lie beside their spiral.'),
  seed: z.int().min(0).default(1).describe('Other points for another one; the seed of the run does not change them.'),
});

/** Points in the plane on spirals of one and a half turns: no line parts them, but a small net learns to. */
@injectable()
export class Spirals implements DatasetSource {
  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof spiralsOptions>) {}

  async load(): Promise<Dataset> {
    const { arms, samples } = this.options;
    return {
      name: 'spirals',
      task: 'classification',
      classes: arms,
      train: this.points('train', samples),
      test: this.points('test', Math.ceil(samples / 5)),
      fingerprint: JSON.stringify(this.options),
    };
  }

  private points(name: string, size: number): Samples {
    const { arms, noise, seed } = this.options;
    const random = Random.of(seed, 'spirals', name);
    const labels = Int32Array.from({ length: size }, (_, i) => i % arms);
    const places = Array.from(labels, (arm) => {
      const radius = Math.sqrt(random.next());
      const angle = 3 * Math.PI * radius + (2 * Math.PI * arm) / arms;
      const beside = () => noise * (random.next() + random.next() - 1);
      return [radius * Math.cos(angle) + beside(), radius * Math.sin(angle) + beside()];
    });
    return {
      size,
      inputs: [{ shape: [2], data: Float32Array.from(places.flat()) }],
      targets: [{ shape: [], data: labels }],
    };
  }
}

export default definePlugin({
  name: '@espalier-examples/spirals-dataset',
  datasets: { spirals: { use: Spirals, options: spiralsOptions, description: 'Points on spirals that wind around each other.' } },
});
