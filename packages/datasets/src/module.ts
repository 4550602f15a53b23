import { basename, resolve } from 'node:path';
import { BASE_FOLDER, type Dataset, type DatasetSource, EspalierError, inject, injectable, OPTIONS, SEED, z } from '@espalier/core';
import { importOwnModule } from '@espalier/user-modules';
import { checkDataset } from './check-dataset.ts';
import { fingerprintOf, sizeOf } from './files.ts';

export const moduleOptions = z.object({
  path: z.string().min(1).describe('The module, JavaScript or TypeScript: its default export is a dataset, or a function that makes one.'),
  options: z.record(z.string(), z.unknown()).default({}).describe('What the function is called with.'),
});

/** What a module's function is told beside its options. */
export interface DatasetContext {
  /** The seed of the run, for a split or for noise. */
  readonly seed: number;
  /** Where relative paths of the config start. */
  readonly baseFolder: string;
}

/** A dataset as a module gives it: the name is that of its file, and the fingerprint is taken from its content, unless it says so. */
export type OwnDataset = Omit<Dataset, 'name' | 'fingerprint'> & Partial<Pick<Dataset, 'name' | 'fingerprint'>>;

const columnSchema = z.object({
  shape: z.array(z.int().min(1)),
  data: z.union(
    [z.instanceof(Float32Array), z.instanceof(Int32Array), z.instanceof(Uint8Array)],
    'expected a Float32Array, an Int32Array or a Uint8Array',
  ),
  scale: z.number().optional(),
  offset: z.number().optional(),
});
const samplesSchema = z.object({ size: z.int().min(1), inputs: z.array(columnSchema).min(1), targets: z.array(columnSchema).min(1) });
const datasetSchema = z.object({
  name: z.string().optional(),
  task: z.enum(['classification', 'regression']),
  classes: z.int().min(2).optional(),
  classNames: z.array(z.string()).optional(),
  train: samplesSchema,
  test: samplesSchema,
  fingerprint: z.string().optional(),
});

/** A dataset from a user's own module. */
@injectable()
export class OwnModule implements DatasetSource {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof moduleOptions>,
    @inject(BASE_FOLDER) private readonly baseFolder: string,
    @inject(SEED) private readonly seed: number,
  ) {}

  async load(): Promise<Dataset> {
    const path = resolve(this.baseFolder, this.options.path);
    await sizeOf(path);
    const exported = await importOwnModule(path);
    const made = typeof exported === 'function' ? await this.call(exported as MakeDataset, path) : exported;
    const own: OwnDataset = checkForm(made, path);
    const dataset = checkDataset({ name: basename(path), ...own, fingerprint: '' }, path);
    // The content counts even beside a fingerprint of the user's, who may forget to change it.
    return { ...dataset, fingerprint: fingerprintOf('module', own.fingerprint ?? '', contentOf(dataset)) };
  }

  private async call(make: MakeDataset, path: string): Promise<unknown> {
    try {
      return await make(this.options.options, { seed: this.seed, baseFolder: this.baseFolder });
    } catch (error) {
      if (error instanceof EspalierError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new EspalierError({ where: path, what: 'its function failed', why }, { cause: error });
    }
  }
}

type MakeDataset = (options: Readonly<Record<string, unknown>>, context: DatasetContext) => unknown;

function checkForm(made: unknown, where: string): OwnDataset {
  const parsed = datasetSchema.safeParse(made);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  throw new EspalierError({
    where,
    what: 'its default export is not a dataset',
    why: problems.join('; '),
    remedy: 'Export a Dataset of @espalier/core, or a function that returns one',
  });
}

function contentOf({ task, classes, train, test }: Dataset): string {
  const columns = [train, test].flatMap(({ inputs, targets }) => [...inputs, ...targets]);
  const described = columns.map(({ shape, data, scale, offset }) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [data.constructor.name, shape, scale, offset, fingerprintOf(bytes)];
  });
  return JSON.stringify([task, classes, described]);
}
