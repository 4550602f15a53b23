import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EspalierError } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { packageFolder } from './package-files.ts';

const require = createRequire(import.meta.url);

/** A model that TensorFlow runs as one graph; the caller disposes it, and what it predicts. */
export interface NativeModel {
  predict(inputs: tf.Tensor | tf.Tensor[] | tf.NamedTensorMap): tf.Tensor | tf.Tensor[] | tf.NamedTensorMap;
  dispose(): void;
}

interface TfjsNode {
  readonly node: { loadSavedModel(folder: string, tags: string[], signature: string): Promise<NativeModel> };
}

/**
 * Loads a SavedModel: from its folder, or from the bytes of one without variables, as `savedModel` of surgery writes
 * them. Bytes go through a folder that is gone afterwards: TensorFlow reads files alone.
 *
 * @throws EspalierError where the native backend is not the one in use.
 */
export async function loadSavedModel(model: Uint8Array | string): Promise<NativeModel> {
  if (tf.getBackend() !== 'tensorflow') {
    throw new EspalierError({
      where: 'loadSavedModel',
      what: `needs the native backend, and "${tf.getBackend()}" is in use`,
      remedy: "Call useBackend({ choice: 'tensorflow' }) first",
    });
  }
  if (typeof model === 'string') return loadFolder(model);
  const folder = await mkdtemp(path.join(tmpdir(), 'espalier-model-'));
  try {
    await writeFile(path.join(folder, 'saved_model.pb'), model);
    return await loadFolder(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function loadFolder(folder: string): Promise<NativeModel> {
  const { node } = require(packageFolder('@tensorflow/tfjs-node') as string) as TfjsNode;
  return node.loadSavedModel(folder, ['serve'], 'serving_default');
}
