import { resolve } from 'node:path';
import { BASE_FOLDER, type Dataset, type DatasetSource, EspalierError, inject, injectable, OPTIONS, SEED, z } from '@espalier/core';
import { fingerprintOf } from './files.ts';
import { type ArrayPair, arrayDataset, arrayOptions, type SourceArray } from './npy/columns.ts';
import { parseNpy } from './npy/parse-npy.ts';
import { readNpz } from './npy/read-npz.ts';

const arrayName = (name: string, holds: string) => z.string().min(1).default(name).describe(`The array of ${holds}.`);

export const npzOptions = z.object({
  path: z.string().min(1).describe('The archive.'),
  arrays: z
    .object({
      trainInputs: arrayName('x_train', 'the inputs to train with'),
      trainTargets: arrayName('y_train', 'their labels or values'),
      testInputs: arrayName('x_test', 'the inputs to test with'),
      testTargets: arrayName('y_test', 'their labels or values'),
    })
    .prefault({})
    .describe('What the arrays are called in the archive. With testSplit, those to test with are not read.'),
  ...arrayOptions,
});

/** One archive of arrays, saved with `np.savez` or `np.savez_compressed`. */
@injectable()
export class NpzArchive implements DatasetSource {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof npzOptions>,
    @inject(BASE_FOLDER) private readonly baseFolder: string,
    @inject(SEED) private readonly seed: number,
  ) {}

  async load(): Promise<Dataset> {
    const { path, arrays, ...options } = this.options;
    const archive = resolve(this.baseFolder, path);
    const isSplit = options.testSplit !== undefined;
    const { trainInputs, trainTargets, testInputs, testTargets } = arrays;
    const wanted = isSplit ? [trainInputs, trainTargets] : [trainInputs, trainTargets, testInputs, testTargets];
    const contents = await readNpz(archive, (names) => checkNames(archive, wanted, names));
    const found = contents.map((bytes, i): SourceArray => {
      const where = `${archive}, ${wanted[i]}`;
      return { ...parseNpy(bytes, where), where };
    });
    return arrayDataset({
      where: archive,
      train: { inputs: found[0], targets: found[1] } as ArrayPair,
      test: isSplit ? undefined : ({ inputs: found[2], targets: found[3] } as ArrayPair),
      options,
      seed: this.seed,
      fingerprint: fingerprintOf('npz', JSON.stringify([options, isSplit ? this.seed : null]), ...contents),
    });
  }
}

function checkNames(where: string, wanted: readonly string[], names: readonly string[]): readonly string[] {
  const missing = wanted.find((name) => !names.includes(name));
  if (missing === undefined) return wanted;
  throw new EspalierError({
    where,
    what: `has no array "${missing}"`,
    why: `it holds ${names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ')}`,
    remedy: 'Say under "arrays" what they are called; without arrays to test with, give testSplit',
  });
}
