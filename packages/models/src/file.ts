import { resolve } from 'node:path';
import { BASE_FOLDER, inject, injectable, type ModelSource, type ModelTask, OPTIONS, z } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { checkModel } from './check-model.ts';
import { loadModel, rebuildModel } from './files/load-model.ts';
import { readModelFiles } from './files/read-model.ts';

export const fileOptions = z.object({
  path: z.string().min(1).describe('The model.json of a tfjs LayersModel; its weights lie beside it.'),
  weights: z.boolean().default(true).describe('false takes the architecture alone and starts from new weights, by the seed.'),
});

/** A model of tfjs on disk, with its weights. */
@injectable()
export class ModelFile implements ModelSource {
  readonly trained: boolean;
  private readonly path: string;

  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof fileOptions>,
    @inject(BASE_FOLDER) baseFolder: string,
  ) {
    this.trained = options.weights;
    this.path = resolve(baseFolder, options.path);
  }

  async build(task: ModelTask): Promise<tf.LayersModel> {
    const files = await readModelFiles(this.path, this.options);
    const model = await (this.options.weights ? loadModel(files, this.path) : rebuildModel(files, task.seed, this.path));
    try {
      return checkModel(model, task, this.path);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  async fingerprint(): Promise<string> {
    return (await readModelFiles(this.path, this.options)).fingerprint;
  }
}
