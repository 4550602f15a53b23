import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import {
  BASE_FOLDER,
  type Dataset,
  type DatasetSource,
  EspalierError,
  inject,
  injectable,
  OPTIONS,
  type Samples,
  SEED,
  z,
} from '@espalier/core';
import { checkDataset } from './check-dataset.ts';
import { fileProblem, fingerprintOf, readBytes } from './files.ts';
import { splitSamples } from './split.ts';
import { standardise, standardiseOption } from './standardise.ts';

const side = z.int().min(1).max(4096);

export const imagesOptions = z
  .object({
    folder: z
      .string()
      .min(1)
      .optional()
      .describe('A folder with one folder of images per class, of which testSplit is set aside for testing.'),
    testSplit: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.2)
      .describe('The share of the images of "folder" to test with; every class keeps its share.'),
    train: z.string().min(1).optional().describe('The folder to train with, in place of "folder".'),
    test: z.string().min(1).optional().describe('The folder to test with, in place of "folder".'),
    size: z.tuple([side, side]).describe('Height and width that every image is brought to, whatever its own are.'),
    channels: z
      .union([z.literal(1), z.literal(3)])
      .default(3)
      .describe('1 for grey, 3 for colour.'),
    standardise: standardiseOption,
  })
  .refine(
    ({ folder, train, test }) =>
      folder === undefined ? train !== undefined && test !== undefined : train === undefined && test === undefined,
    {
      message: 'give either "folder", or both "train" and "test"',
    },
  );

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif'];
/** Files that systems leave in folders on their own. */
const LITTER = ['thumbs.db', 'desktop.ini'];
/** sharp works on as many images at once as libuv has threads; a few more keep it from waiting. */
const AT_ONCE = 8;

/** Images in one folder per class, decoded to bytes. */
@injectable()
export class ImageFolders implements DatasetSource {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof imagesOptions>,
    @inject(BASE_FOLDER) private readonly baseFolder: string,
    @inject(SEED) private readonly seed: number,
  ) {}

  async load(): Promise<Dataset> {
    const { folder, train: trainFolder, test: testFolder, testSplit } = this.options;
    const where = resolve(this.baseFolder, (folder ?? trainFolder) as string);
    const classNames = await classesIn(where);
    if (classNames.length < 2) {
      const why = classNames.length === 0 ? 'it holds no folders' : `its only folder is "${classNames[0]}"`;
      throw new EspalierError({ where, what: 'needs one folder of images per class, two or more', why });
    }
    const first = await this.read(where, classNames);
    const second = testFolder === undefined ? undefined : await this.readTest(resolve(this.baseFolder, testFolder), classNames, where);
    const parts =
      second === undefined
        ? splitSamples(first.samples, { share: testSplit, seed: this.seed, labels: first.samples.targets[0]?.data, where })
        : { train: first.samples, test: second.samples };

    const { size, channels, standardise: isStandardised } = this.options;
    const brought = isStandardised ? standardise(parts, where) : parts;
    const choices = JSON.stringify([
      size,
      channels,
      second === undefined ? [testSplit, this.seed] : null,
      ...(isStandardised ? ['standardised'] : []),
    ]);
    const fingerprint = fingerprintOf('images', choices, first.fingerprint, second?.fingerprint ?? '');
    return checkDataset(
      { name: basename(where), task: 'classification', classes: classNames.length, classNames, ...brought, fingerprint },
      where,
    );
  }

  private async readTest(folder: string, classNames: readonly string[], trainFolder: string): Promise<ReadImages> {
    const unseen = (await classesIn(folder)).find((name) => !classNames.includes(name));
    if (unseen === undefined) return this.read(folder, classNames);
    throw new EspalierError({
      where: join(folder, unseen),
      what: `the class "${unseen}" is never seen in training`,
      why: `${trainFolder} has no such folder`,
    });
  }

  private async read(folder: string, classNames: readonly string[]): Promise<ReadImages> {
    const images = (await Promise.all(classNames.map((name, label) => imagesIn(join(folder, name), label)))).flat();
    const { size, channels } = this.options;
    const [height, width] = size;
    const pixels = new Uint8Array(images.length * height * width * channels);
    const checksums: string[] = [];
    for (let start = 0; start < images.length; start += AT_ONCE) {
      const group = images.slice(start, start + AT_ONCE);
      const decoded = await Promise.all(group.map((image) => this.decode(image.path)));
      decoded.forEach(({ bytes, checksum }, i) => {
        pixels.set(bytes, (start + i) * height * width * channels);
        checksums.push(`${classNames[(group[i] as ImageFile).label]}/${(group[i] as ImageFile).name} ${checksum}`);
      });
    }
    const samples: Samples = {
      size: images.length,
      inputs: [{ shape: [height, width, channels], data: pixels, scale: 1 / 255 }],
      targets: [{ shape: [], data: Int32Array.from(images, ({ label }) => label) }],
    };
    return { samples, fingerprint: fingerprintOf(...checksums) };
  }

  private async decode(path: string): Promise<{ bytes: Uint8Array; checksum: string }> {
    const { size, channels } = this.options;
    const content = await readBytes(path);
    // A native library: only those who load images pay for it.
    const { default: sharp } = await import('sharp');
    const image = sharp(content)
      .autoOrient()
      .flatten({ background: 'black' })
      .resize({ height: size[0], width: size[1], fit: 'fill' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb');
    const bytes = await image
      .raw({ depth: 'uchar' })
      .toBuffer()
      .catch((error: Error) => {
        throw new EspalierError(
          { where: path, what: 'is not a whole image', why: error.message, remedy: 'Replace or remove it' },
          { cause: error },
        );
      });
    return { bytes, checksum: createHash('sha256').update(content).digest('hex') };
  }
}

interface ReadImages {
  readonly samples: Samples;
  readonly fingerprint: string;
}

interface ImageFile {
  readonly path: string;
  readonly name: string;
  readonly label: number;
}

/** The names of the folders in a folder, in the order of their characters, whatever the file system's is. */
async function classesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => fileProblem(folder, error));
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort(byCharacters);
}

async function imagesIn(folder: string, label: number): Promise<ImageFile[]> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => fileProblem(folder, error));
  const names = found.filter((name) => !name.startsWith('.') && !LITTER.includes(name.toLowerCase())).sort(byCharacters);
  if (names.length === 0)
    throw new EspalierError({ where: folder, what: 'this class has no images', remedy: 'Add some, or remove the folder' });
  const stranger = names.find((name) => !EXTENSIONS.includes(extname(name).toLowerCase()));
  if (stranger !== undefined) {
    throw new EspalierError({
      where: join(folder, stranger),
      what: 'is not an image',
      why: `images end in ${EXTENSIONS.join(', ')}`,
      remedy: 'Move it elsewhere',
    });
  }
  return names.map((name) => ({ path: join(folder, name), name, label }));
}

function byCharacters(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
