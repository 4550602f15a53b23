import { EspalierError, firstNonFinite } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { seedFor } from '../seeds.ts';
import type { ModelFiles } from './read-model.ts';

/** A model from its files. @throws EspalierError where tfjs does not know a layer, or weights and layers do not fit. */
export async function loadModel({ artifacts }: ModelFiles, where: string): Promise<tf.LayersModel> {
  if (artifacts.weightData === undefined) {
    const remedy = 'Save it with its weights, or give "weights: false" to start from new ones';
    throw new EspalierError({ where, what: 'holds no weights', remedy });
  }
  const model = await tf
    .loadLayersModel({ load: async () => artifacts })
    .catch((error: Error) => explain(error, artifacts.modelTopology, where));
  const wrong = await firstNonFinite(model);
  if (wrong === undefined) return model;
  model.dispose();
  throw new EspalierError({
    where,
    what: `the weights of ${wrong} are not finite`,
    remedy: 'Save the model again from before it diverged',
  });
}

/** The architecture of a model, with new weights of the seed's. */
export async function rebuildModel({ artifacts }: ModelFiles, seed: number, where: string): Promise<tf.LayersModel> {
  const modelTopology = structuredClone(artifacts.modelTopology);
  reseed(modelTopology, seed, '');
  return tf.models.modelFromJSON({ modelTopology } as never).catch((error: Error) => explain(error, artifacts.modelTopology, where));
}

/** What starts from random numbers: initialisers, and dropout. */
const RANDOM_CLASS = /(Uniform|Normal|VarianceScaling|Orthogonal|Dropout|GaussianNoise)$/;

/** Gives everything random in a description of layers a seed of its own, made from where it stands. */
function reseed(value: unknown, seed: number, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  const { class_name: className, config } = value as { class_name?: unknown; config?: unknown };
  if (typeof className === 'string' && RANDOM_CLASS.test(className) && typeof config === 'object' && config !== null) {
    (config as { seed?: number }).seed = seedFor(seed, path);
  }
  for (const [key, item] of Object.entries(value)) reseed(item, seed, `${path}/${key}`);
}

function explain(error: Error, topology: object, where: string): never {
  const unknown = /^Unknown (\w+): ([\w>]+)/.exec(error.message);
  if (unknown !== null) {
    const [, kind, className = ''] = unknown;
    const name = layerOfClass(topology, className);
    throw new EspalierError(
      {
        where,
        what: `tfjs does not know the ${kind} class ${className}${name === undefined ? '' : `, which "${name}" is of`}`,
        remedy: 'Register it with tf.serialization.registerClass in a plugin that the config names',
      },
      { cause: error },
    );
  }
  if (isKeras3(topology)) {
    throw new EspalierError(
      {
        where,
        what: 'was saved by Keras 3, whose description of layers tfjs does not read',
        why: error.message,
        remedy: 'Save it with Keras 2 (pip install tf_keras, TF_USE_LEGACY_KERAS=1) and convert it again',
      },
      { cause: error },
    );
  }
  throw new EspalierError({ where, what: 'cannot be loaded by tfjs', why: error.message }, { cause: error });
}

function layerOfClass(value: unknown, className: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const layer = value as { class_name?: unknown; name?: unknown; config?: { name?: unknown } | null };
  if (layer.class_name === className) {
    const name = layer.config?.name ?? layer.name;
    if (typeof name === 'string') return name;
  }
  for (const item of Object.values(value)) {
    const found = layerOfClass(item, className);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isKeras3(topology: object): boolean {
  const { keras_version: version } = topology as { keras_version?: unknown };
  if (typeof version === 'string' && /^[3-9]/.test(version)) return true;
  const text = JSON.stringify(topology);
  return text.includes('"batch_shape"') || text.includes('"DTypePolicy"');
}
