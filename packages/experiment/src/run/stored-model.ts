import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { saveModel } from '@espalier/models';
import type * as tf from '@tensorflow/tfjs';
import { diskError, writeAtomically } from './files.ts';

/**
 * Saves as tfjs does, and the weights gzipped beside it, as a web server would send them. What an earlier, killed
 * attempt has left there goes first.
 *
 * @returns bytes of the gzipped weights.
 */
export async function storeModel(model: tf.LayersModel, folder: string): Promise<number> {
  try {
    await rm(folder, { recursive: true, force: true });
    await saveModel(model, folder);
  } catch (error) {
    // The cause knows whether the disk was full; how much is free is ours to say.
    const cause = (error as Error).cause ?? error;
    const known = diskError(cause, folder);
    throw known === cause ? error : known;
  }
  let bytes = 0;
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.bin')) continue;
    const zipped = await promisify(gzip)(await readFile(path.join(folder, name)), { level: 9 });
    await writeAtomically(path.join(folder, `${name}.gz`), zipped);
    bytes += zipped.length;
  }
  return bytes;
}
