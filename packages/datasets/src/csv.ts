import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import {
  BASE_FOLDER,
  type Column,
  type Dataset,
  type DatasetSource,
  EspalierError,
  inject,
  injectable,
  LOG,
  OPTIONS,
  type Samples,
  SEED,
  z,
} from '@espalier/core';
import { checkDataset } from './check-dataset.ts';
import { CsvFile } from './csv/csv-file.ts';
import { standardiseFeatures } from './csv/standardise-features.ts';
import { readTable, type Table } from './csv/table.ts';
import { checkClassCount, classNamesOf, inferTask, labelColumn, valueColumn } from './csv/target.ts';
import { fingerprintOf } from './files.ts';
import { splitSamples } from './split.ts';

const column = z.union([z.string().min(1), z.int()]);

export const csvOptions = z
  .object({
    file: z.string().min(1).optional().describe('One file, of which testSplit is set aside for testing.'),
    testSplit: z.number().gt(0).lt(1).default(0.2).describe('The share of the rows of "file" to test with; every class keeps its share.'),
    train: z.string().min(1).optional().describe('The file to train with, in place of "file".'),
    test: z.string().min(1).optional().describe('The file to test with, in place of "file".'),
    target: column.describe('The column to predict: its name, or its number from 0 (-1 is the last).'),
    features: z.array(column).min(1).optional().describe('The columns to predict from. Without them, all others.'),
    task: z
      .enum(['classification', 'regression'])
      .optional()
      .describe('Without it, a target of text or of up to 20 different whole numbers is a class, and any other a value to predict.'),
    header: z
      .boolean()
      .optional()
      .describe('Whether the first row holds names. Without it, it does if it has no number and the second row has.'),
    delimiter: z
      .string()
      .regex(/^[^"\r\n]{1,4}$/, 'expected one to four characters, no quotes and no line breaks')
      .default(',')
      .describe('What stands between two fields.'),
    standardise: z.boolean().default(false).describe('Bring every feature to mean 0 and deviation 1 over the training rows.'),
  })
  .refine(
    ({ file, train, test }) => (file === undefined ? train !== undefined && test !== undefined : train === undefined && test === undefined),
    {
      message: 'give either "file", or both "train" and "test"',
    },
  );

/** Rows of numbers with a target, from text files. */
@injectable()
export class CsvFiles implements DatasetSource {
  private readonly hash = createHash('sha256');

  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof csvOptions>,
    @inject(BASE_FOLDER) private readonly baseFolder: string,
    @inject(SEED) private readonly seed: number,
    @inject(LOG) private readonly log: (message: string) => void,
  ) {}

  async load(): Promise<Dataset> {
    const { file, train: trainFile, test: testFile } = this.options;
    const first = await this.read((file ?? trainFile) as string);
    const second = testFile === undefined ? undefined : await this.read(testFile);
    if (second !== undefined) checkSameNames(first, second);

    const where = first.file.path;
    const task = this.options.task ?? this.inferTask(first);
    if (task === 'classification') checkClassCount(first);
    const classNames = task === 'classification' ? classNamesOf(first) : undefined;
    const samples = await samplesOf(first, classNames);
    const { train, test } =
      second === undefined
        ? splitSamples(samples, { share: this.options.testSplit, seed: this.seed, labels: classNames && samples.targets[0]?.data, where })
        : { train: samples, test: await samplesOf(second, classNames) };
    if (this.options.standardise) standardiseFeatures(featuresOf(train), [featuresOf(test)], first.columns.features.length);

    const choices = JSON.stringify([{ ...this.options, file: null, train: null, test: null }, second === undefined ? this.seed : null]);
    const fingerprint = fingerprintOf('csv', choices, this.hash.digest('hex'));
    return checkDataset(
      { name: basename(where), task, ...(classNames && { classes: classNames.length, classNames }), train, test, fingerprint },
      where,
    );
  }

  private read(path: string): Promise<Table> {
    const onBytes = (bytes: Uint8Array) => this.hash.update(bytes);
    const file = new CsvFile(resolve(this.baseFolder, path), { delimiter: this.options.delimiter, onBytes });
    return readTable(file, this.options);
  }

  private inferTask(table: Table): Dataset['task'] {
    const task = inferTask(table);
    const target = table.columns.names[table.columns.target];
    this.log(
      `${table.file.path}: "${target}" has ${table.texts.length} different values and is taken for ${task}; "task" in the config says otherwise`,
    );
    return task;
  }
}

async function samplesOf(table: Table, classNames: readonly string[] | undefined): Promise<Samples> {
  const inputs: Column[] = [{ shape: [table.columns.features.length], data: table.features }];
  return {
    size: table.size,
    inputs,
    targets: [classNames === undefined ? await valueColumn(table) : await labelColumn(table, classNames)],
  };
}

function featuresOf(samples: Samples): Float32Array {
  return (samples.inputs[0] as Column).data as Float32Array;
}

function checkSameNames(train: Table, test: Table): void {
  const names = ({ columns }: Table) => [...columns.features, columns.target].map((position) => columns.names[position]);
  const [wanted, found] = [names(train), names(test)];
  if (wanted.length === found.length && wanted.every((name, i) => name === found[i])) return;
  throw new EspalierError({
    where: test.file.path,
    what: 'has other columns than the training data',
    why: `${found
      .slice(0, 20)
      .map((name) => `"${name}"`)
      .join(', ')} instead of ${wanted
      .slice(0, 20)
      .map((name) => `"${name}"`)
      .join(', ')}`,
  });
}
