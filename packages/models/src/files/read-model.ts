import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { EspalierError } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { pathInside } from './inside.ts';
import { bytesOf, checkManifest, type Manifest, type WeightGroup } from './manifest.ts';

/** A description of layers is far smaller; what is larger is not one. */
const LARGEST_JSON = 64 * 2 ** 20;
/** tfjs and others walk it by recursion, for which a hostile one would leave no stack. */
const DEEPEST_JSON = 500;

/** A model as it lies on disk. */
export interface ModelFiles {
  /** What `tf.loadLayersModel` takes from a handler. Without weights if there are none, or they were not asked for. */
  readonly artifacts: tf.io.ModelArtifacts & { readonly modelTopology: object };
  /** SHA-256 over everything that was read. */
  readonly fingerprint: string;
}

export interface ReadModelOptions {
  /** false reads the architecture alone. */
  readonly weights?: boolean;
}

/**
 * Reads a tfjs LayersModel: model.json, and the weights beside it that it names.
 *
 * @throws EspalierError where it is no such model, or its weights are missing, too short, too long, or not in its folder.
 */
export async function readModelFiles(path: string, { weights = true }: ReadModelOptions = {}): Promise<ModelFiles> {
  const bytes = await readJsonBytes(path);
  const json = parseModelJson(bytes, path);
  const hash = createHash('sha256').update(bytes);
  const { modelTopology, userDefinedMetadata, format, generatedBy, convertedBy } = json;
  const described = { modelTopology, userDefinedMetadata, format, generatedBy, convertedBy } as ModelFiles['artifacts'];
  if (!weights || json.weightsManifest === undefined) return { artifacts: described, fingerprint: hash.digest('hex') };

  const manifest = checkManifest(json.weightsManifest, path);
  const weightData = await readWeights(manifest, path);
  hash.update(new Uint8Array(weightData));
  const weightSpecs = manifest.flatMap((group) => group.weights) as tf.io.WeightsManifestEntry[];
  return { artifacts: { ...described, weightSpecs, weightData }, fingerprint: hash.digest('hex') };
}

interface ModelJson {
  readonly modelTopology: object;
  readonly weightsManifest?: unknown;
  readonly userDefinedMetadata?: unknown;
  readonly format?: unknown;
  readonly generatedBy?: unknown;
  readonly convertedBy?: unknown;
}

async function readJsonBytes(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR')
      throw new EspalierError({ where: path, what: 'cannot be read', why: error.message }, { cause: error });
    throw new EspalierError(
      { where: path, what: 'there is no such file', remedy: 'Paths in a config start at the folder of its file' },
      { cause: error },
    );
  });
  if (!found.isFile()) throw new EspalierError({ where: path, what: 'is not a file', remedy: 'Name the model.json itself' });
  if (found.size > LARGEST_JSON) {
    const why = `it has ${found.size} bytes, and the layers of a model are described in at most ${LARGEST_JSON}`;
    throw new EspalierError({ where: path, what: 'is not a model.json', why, remedy: 'Name the model.json, not its weights' });
  }
  return readFile(path).catch((error: Error) => {
    throw new EspalierError({ where: path, what: 'cannot be read', why: error.message }, { cause: error });
  });
}

function parseModelJson(bytes: Uint8Array, where: string): ModelJson {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    throw new EspalierError({ where, what: 'is not JSON', why: (error as Error).message, remedy: 'Name the model.json' }, { cause: error });
  }
  const { modelTopology, format } = (isObject(json) ? json : {}) as { modelTopology?: unknown; format?: unknown };
  if (format === 'graph-model' || (isObject(modelTopology) && ('node' in modelTopology || 'library' in modelTopology))) {
    throw new EspalierError({
      where,
      what: 'is a GraphModel',
      why: 'a frozen graph has no layers to prune or to train',
      remedy: 'Convert the original again with tensorflowjs_converter --output_format=tfjs_layers_model',
    });
  }
  if (!isObject(modelTopology)) {
    throw new EspalierError({
      where,
      what: 'is not a model of tfjs',
      why: 'it has no modelTopology',
      remedy: 'Save one with model.save, or convert it with tensorflowjs_converter',
    });
  }
  if (isDeeper(modelTopology, DEEPEST_JSON)) throw new EspalierError({ where, what: `is nested more than ${DEEPEST_JSON} levels deep` });
  return json as ModelJson;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

async function readWeights(manifest: Manifest, where: string): Promise<ArrayBuffer> {
  const groups = await Promise.all(manifest.map((group) => measure(group, where)));
  const data = new ArrayBuffer(groups.reduce((sum, { bytes }) => sum + bytes, 0));
  let offset = 0;
  for (const { files } of groups) {
    for (const file of files) {
      await readInto(new Uint8Array(data, offset, file.size), file.path);
      offset += file.size;
    }
  }
  return data;
}

interface MeasuredGroup {
  readonly bytes: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Nothing is read, and no memory taken, before the files have the size that their weights need. */
async function measure(group: WeightGroup, where: string): Promise<MeasuredGroup> {
  const files = [];
  for (const name of group.paths) {
    const path = await pathInside(dirname(where), name, where);
    const found = await stat(path);
    if (!found.isFile()) throw new EspalierError({ where, what: `its weights file "${name}" is not a file` });
    files.push({ path, size: found.size });
  }
  const bytes = bytesOf(group);
  const there = files.reduce((sum, { size }) => sum + size, 0);
  if (there === bytes) return { bytes, files };
  throw new EspalierError({
    where,
    what: `its weights in ${group.paths.map((name) => `"${basename(name)}"`).join(', ')} are ${there < bytes ? 'too short' : 'too long'}`,
    why: `${group.weights.length} weights take ${bytes} bytes, there are ${there}`,
    remedy: 'The files do not belong together, or are cut off; copy all of them again',
  });
}

async function readInto(bytes: Uint8Array, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    for (let filled = 0; filled < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) throw new EspalierError({ where: path, what: 'was cut off while it was read' });
      filled += bytesRead;
    }
  } finally {
    await file.close();
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
