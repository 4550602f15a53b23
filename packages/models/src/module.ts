import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BASE_FOLDER, EspalierError, inject, injectable, isModel, type ModelSource, type ModelTask, OPTIONS, z } from '@espalier/core';
import { importOwnModule } from '@espalier/user-modules';
import type * as tf from '@tensorflow/tfjs';
import { checkModel } from './check-model.ts';

export const moduleOptions = z.object({
  path: z
    .string()
    .min(1)
    .describe('The module, JavaScript or TypeScript: its default export is a function (task, options) that makes a LayersModel.'),
  options: z.record(z.string(), z.unknown()).default({}).describe('What the function is called with, after the task.'),
  reads: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Other files that the model depends on, such as modules that this one imports: when one changes, a dense baseline kept from before is not used again.',
    ),
});

/** A model from a user's own module. */
@injectable()
export class OwnModule implements ModelSource {
  private readonly path: string;

  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof moduleOptions>,
    @inject(BASE_FOLDER) private readonly baseFolder: string,
  ) {
    this.path = resolve(baseFolder, options.path);
  }

  async build(task: ModelTask): Promise<tf.LayersModel> {
    const make = await importOwnModule(this.path);
    if (typeof make !== 'function') {
      const remedy = 'Write: export default (task) => tf.sequential({ layers: […] })';
      throw new EspalierError({
        where: this.path,
        what: `its default export is ${typeName(make)}, not a function that makes a model`,
        remedy,
      });
    }
    const made = await this.call(make as MakeModel, task);
    if (!isLayersModel(made)) {
      const remedy = 'Return what tf.sequential or tf.model makes';
      throw new EspalierError({ where: this.path, what: `its function returned ${typeName(made)}, not a LayersModel`, remedy });
    }
    try {
      return checkModel(made, task, this.path);
    } catch (error) {
      made.dispose();
      throw error;
    }
  }

  async fingerprint(): Promise<string> {
    const hash = createHash('sha256');
    for (const file of [this.path, ...this.options.reads.map((path) => resolve(this.baseFolder, path))]) {
      const content = await readFile(file).catch((error: Error) => {
        throw new EspalierError({ where: file, what: 'cannot be read', why: error.message }, { cause: error });
      });
      hash.update(`${content.length}:`).update(content);
    }
    return hash.digest('hex');
  }

  private async call(make: MakeModel, task: ModelTask): Promise<unknown> {
    try {
      return await make(task, this.options.options);
    } catch (error) {
      if (error instanceof EspalierError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new EspalierError({ where: this.path, what: 'its function failed', why }, { cause: error });
    }
  }
}

type MakeModel = (task: ModelTask, options: Readonly<Record<string, unknown>>) => unknown;

function isLayersModel(made: unknown): made is tf.LayersModel {
  return typeof made === 'object' && made !== null && 'getClassName' in made && isModel(made as tf.layers.Layer);
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? `an object of ${value.constructor?.name ?? 'no class'}` : `a ${typeof value}`;
}
