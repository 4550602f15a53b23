import { rm } from 'node:fs/promises';
import path from 'node:path';
import { loadSavedModel } from '@espalier/backend-node';
import { BrokenPromise, type Samples } from '@espalier/core';
import { type Network, savedModel } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import { writeAtomically } from './files.ts';
import { differenceTo, type Predictor, tooFar } from './outputs.ts';

/** A model as one TensorFlow graph. The caller disposes it. */
export interface Graph extends Predictor {
  /** To the outputs of the model of layers, over the largest of them. */
  readonly maxDifference: number;
  dispose(): void;
}

/**
 * Writes a network as a SavedModel that tfjs-node runs as one graph. What an earlier attempt has left there goes first.
 *
 * @returns bytes of its file.
 * @throws EspalierError naming a layer that is not written as operations of TensorFlow.
 */
export async function storeGraph(network: Network, folder: string): Promise<number> {
  const bytes = savedModel(network);
  await rm(folder, { recursive: true, force: true });
  await writeAtomically(path.join(folder, 'saved_model.pb'), bytes);
  return bytes.length;
}

/**
 * Loads it, and holds it against the model of layers that it was made from; undefined where TensorFlow is not the backend.
 *
 * @throws BrokenPromise where it gives something else.
 */
export async function loadGraph(folder: string, model: tf.LayersModel, samples: Samples): Promise<Graph | undefined> {
  if (tf.getBackend() !== 'tensorflow') return undefined;
  const native = await loadSavedModel(folder);
  const { inputs, outputs } = model;
  const predict = (given: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] => {
    // Names only where there is more than one: the order is the signature's.
    if (inputs.length === 1 && outputs.length === 1) return native.predict(given) as tf.Tensor;
    const named = Object.fromEntries([given].flat().map((tensor, i) => [model.inputNames[i] as string, tensor]));
    const answers = native.predict(named) as tf.NamedTensorMap;
    return model.outputNames.map((name) => answers[name] as tf.Tensor);
  };
  const graph = { inputs, outputs, predict };
  try {
    const maxDifference = await differenceTo(model, graph, samples);
    const gap = tooFar(maxDifference);
    if (gap === undefined) return { ...graph, maxDifference, dispose: () => native.dispose() };
    throw new BrokenPromise({
      where: folder,
      what: `as one graph the shrunk model gives other outputs than in layers: ${gap}`,
      remedy: 'Please report it with the model; without `savedModel` the run is sound',
    });
  } catch (error) {
    native.dispose();
    throw error;
  }
}
