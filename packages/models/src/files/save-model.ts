import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import { join } from 'node:path';
import { EspalierError } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/**
 * Writes a model in tfjs's own format, model.json and weights.bin, which plain `tf.loadLayersModel` loads. Cut off at any
 * moment, the folder holds the model that was there before, or the new one, never half of one: new weights are written
 * beside old ones under another name, and the last step is the rename of model.json.
 *
 * @throws EspalierError where the disk is full or the folder cannot be written.
 */
export async function saveModel(model: tf.LayersModel, folder: string): Promise<void> {
  await model.save({ save: (artifacts) => writeModelFiles(artifacts, folder) });
}

/** What `saveModel` does, for artifacts that tfjs's `model.save` hands out. */
export async function writeModelFiles(artifacts: tf.io.ModelArtifacts, folder: string): Promise<tf.io.SaveResult> {
  const {
    modelTopology,
    weightSpecs = [],
    weightData = new ArrayBuffer(0),
    format,
    generatedBy,
    convertedBy,
    userDefinedMetadata,
    trainingConfig,
  } = artifacts;
  const buffers = Array.isArray(weightData) ? weightData : [weightData];
  const before = await weightFilesIn(folder);
  const weightsFile = nameWeights(buffers, folder);
  const json = JSON.stringify({
    format: format ?? 'layers-model',
    generatedBy,
    convertedBy: convertedBy ?? null,
    modelTopology,
    ...(trainingConfig && { trainingConfig }),
    ...(userDefinedMetadata && { userDefinedMetadata }),
    weightsManifest: [{ paths: [weightsFile], weights: weightSpecs }],
  });
  try {
    await fs.mkdir(folder, { recursive: true });
    await writeWhole(
      join(folder, weightsFile),
      buffers.map((buffer) => new Uint8Array(buffer)),
    );
    await writeWhole(join(folder, 'model.json'), [Buffer.from(json)]);
    await syncFolder(folder);
  } catch (error) {
    throw unwritable(folder, error as NodeJS.ErrnoException);
  }
  for (const old of before) if (old !== weightsFile) await fs.rm(join(folder, old), { force: true });
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
}

/** weights.bin; where that belongs to the model which is there now, a name that the content makes its own. */
function nameWeights(buffers: readonly ArrayBuffer[], folder: string): string {
  if (!existsSync(join(folder, 'weights.bin'))) return 'weights.bin';
  const hash = createHash('sha256');
  for (const buffer of buffers) hash.update(new Uint8Array(buffer));
  return `weights-${hash.digest('hex').slice(0, 12)}.bin`;
}

/** The weights, of those that this module writes, that the model in a folder uses now. */
async function weightFilesIn(folder: string): Promise<string[]> {
  const names = await fs.readdir(folder).catch(() => []);
  return names.filter((name) => /^weights(-[0-9a-f]{12})?\.bin$/.test(name));
}

/** The file appears under its name when its content is on the disk. */
async function writeWhole(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await fs.open(temporary, 'w');
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
}

/** A rename is on the disk when its folder is. Windows opens no folders, and needs none of this. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function unwritable(where: string, error: NodeJS.ErrnoException): EspalierError {
  const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  return new EspalierError(
    {
      where,
      what: 'the model cannot be saved',
      why: isFull ? `the disk is full (${error.code})` : error.message,
      remedy: isFull ? 'Free some space; what was there before is unharmed' : 'Look at the folder and its permissions',
    },
    { cause: error },
  );
}
