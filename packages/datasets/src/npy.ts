import { resolve } from 'node:path';
import { BASE_FOLDER, type Dataset, type DatasetSource, inject, injectable, OPTIONS, SEED, z } from '@espalier/core';
import { fingerprintOf, readBytes } from './files.ts';
import { type ArrayPair, arrayDataset, arrayOptions } from './npy/columns.ts';
import { parseNpy } from './npy/parse-npy.ts';

const pair = z.object({
  inputs: z.string().min(1).describe('The file of the inputs; its first index counts the samples.'),
  targets: z.string().min(1).describe('The file of the labels, or of the values to predict.'),
});

export const npyOptions = z.object({
  train: pair.describe('The files to train with.'),
  test: pair.optional().describe('The files to test with. Without them, testSplit of the training samples.'),
  ...arrayOptions,
});

/** Arrays saved with `np.save`. */
@injectable()
export class NpyFiles implements DatasetSource {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof npyOptions>,
    @inject(BASE_FOLDER) private readonly baseFolder: string,
    @inject(SEED) private readonly seed: number,
  ) {}

  async load(): Promise<Dataset> {
    const { train, test, ...options } = this.options;
    const contents: Uint8Array[] = [];
    const trainPair = await this.readPair(train, contents);
    const testPair = test === undefined ? undefined : await this.readPair(test, contents);
    const choices = JSON.stringify([options, test === undefined ? this.seed : null]);
    return arrayDataset({
      where: resolve(this.baseFolder, train.inputs),
      train: trainPair,
      test: testPair,
      options,
      seed: this.seed,
      fingerprint: fingerprintOf('npy', choices, ...contents),
    });
  }

  private async readPair(files: z.infer<typeof pair>, contents: Uint8Array[]): Promise<ArrayPair> {
    const read = async (file: string) => {
      const where = resolve(this.baseFolder, file);
      const bytes = await readBytes(where);
      contents.push(bytes);
      return { ...parseNpy(bytes, where), where };
    };
    return { inputs: await read(files.inputs), targets: await read(files.targets) };
  }
}
