import { dirname } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { readModelFiles } from './read-model.ts';
import { writeModelFiles } from './save-model.ts';

/** A model.json on disk, for `tf.loadLayersModel(fileHandler(path))` and `model.save(fileHandler(path))`, on any backend. */
export function fileHandler(path: string): tf.io.IOHandler {
  return {
    load: async () => (await readModelFiles(path)).artifacts,
    save: (artifacts) => writeModelFiles(artifacts, dirname(path)),
  };
}
