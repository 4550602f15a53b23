import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { WrongUse } from './command.ts';
import { loadModel, readModelFiles } from './index.ts';
import { asWrongUse } from './load-config.ts';

/** Whether it is a model that was compiled to sparse kernels, by its name. */
export function isSparseFile(given: string): boolean {
  return given.endsWith('.sparse');
}

/**
 * The model.json that is meant: a folder stands for the one in it, a run's for that of its model.
 *
 * @throws WrongUse for a folder that has neither, and for a sparse model, which has no layers left.
 */
export function modelFile(given: string): string {
  if (isSparseFile(given))
    throw new WrongUse(`${given} is compiled: name the model that it was made of. \`espalier inspect --sparse\` shows what is in it`);
  const inside = [path.join(given, 'model.json'), path.join(given, 'model', 'model.json')];
  const file = inside.find((each) => existsSync(each));
  if (file === undefined && statSync(given, { throwIfNoEntry: false })?.isDirectory())
    throw new WrongUse(`${given} holds no model.json, neither itself nor in model/`);
  return file ?? given;
}

/** The model in a file that a user has named; one that cannot be read is wrong use. The caller disposes it. */
export async function loadModelFile(file: string): Promise<tf.LayersModel> {
  return readModelFiles(file)
    .then((files) => loadModel(files, file))
    .catch((error: unknown) => {
      throw asWrongUse(error);
    });
}
