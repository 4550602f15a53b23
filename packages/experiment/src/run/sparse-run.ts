import path from 'node:path';
import { onWasm } from '@espalier/backend-node';
import { BrokenPromise, batches, Cancelled, type Samples, samplesFor, sliceSamples } from '@espalier/core';
import { type CompileOptions, compileSparse, type LayerReport, type SparseModel } from '@espalier/sparse';
import * as tf from '@tensorflow/tfjs';
import type { SparseSettings } from '../config/sparse-schema.ts';
import { writeAtomically } from './files.ts';
import { inTurns } from './in-turns.ts';
import { predictOnce } from './measure.ts';
import { differenceTo, type Predictor, tooFar } from './outputs.ts';

/** The one file in sparse/. */
export const SPARSE_FILE = 'model.sparse';

/** A model on sparse kernels, held against the one of layers that it was made from. */
export interface SparseCopy {
  /** The caller disposes it. */
  readonly model: SparseModel;
  /** Per layer with weights: its zeros, and what was chosen for it. */
  readonly layers: readonly LayerReport[];
  /** Of its file. */
  readonly bytes: number;
  /** To the outputs of the model of layers, over the largest of them. */
  readonly maxDifference: number;
}

/**
 * Compiles a model to sparse kernels, compares the outputs, and writes the one file of it into a folder.
 *
 * @throws BrokenPromise where it gives something else; EspalierError naming layers without a kernel, or a full disk.
 */
export async function storeSparse(
  model: tf.LayersModel,
  samples: Samples,
  { settings, folder }: { readonly settings: SparseSettings; readonly folder: string },
): Promise<SparseCopy> {
  const sparse = await compileSparse(model, sparseOptions(model, samples, settings));
  try {
    const maxDifference = await differenceTo(model, predictorOf(sparse, model), samples, 'sparse');
    const gap = tooFar(maxDifference);
    if (gap !== undefined) {
      throw new BrokenPromise({
        where: 'sparse',
        what: `on sparse kernels the model gives other outputs than in layers: ${gap}`,
        remedy: 'Please report it with the model; without `sparse` the run is sound',
      });
    }
    const bytes = sparse.toBytes();
    await writeAtomically(path.join(folder, SPARSE_FILE), bytes);
    return { model: sparse, layers: sparse.describe(), bytes: bytes.length, maxDifference };
  } catch (error) {
    sparse.dispose();
    throw error;
  }
}

/** What was chosen for a model, in numbers. */
export interface SparseChoice {
  /** With weights. */
  readonly layers: number;
  /** Of them, how many have a sparse kernel. */
  readonly sparseLayers: number;
  /** All of their weights, biases aside. */
  readonly weights: number;
  readonly zeros: number;
}

export function chosen(layers: readonly LayerReport[]): SparseChoice {
  const sum = (of: (layer: LayerReport) => number) => layers.reduce((total, layer) => total + of(layer), 0);
  return {
    layers: layers.length,
    sparseLayers: layers.filter(({ kernel }) => kernel.includes('sparse')).length,
    weights: sum(({ weights }) => weights),
    zeros: sum(({ zeros }) => zeros),
  };
}

/** With the sizes of the samples, where the model leaves its own open. */
export function sparseOptions(model: Predictor, samples: Samples, settings: SparseSettings): CompileOptions {
  const isOpen = model.inputs.some(({ shape }) => shape.slice(1).includes(null));
  return isOpen ? { ...settings, inputShapes: samplesFor(model, samples).inputs.map(({ shape }) => shape) } : settings;
}

/** A sparse model where one of tfjs is expected. */
export function predictorOf(sparse: SparseModel, { inputs, outputs }: Predictor): Predictor {
  const predict = (given: tf.Tensor | tf.Tensor[]): tf.Tensor[] => {
    const tensors = [given].flat();
    const made = sparse.predictAll(tensors);
    return made.map((values, i) => tf.tensor(values, [tensors[0]?.shape[0] ?? 1, ...(sparse.outputPorts[i]?.shape ?? [])]));
  };
  return { inputs, outputs, predict };
}

/**
 * Milliseconds of the first sample through the sparse model and through the dense one on tfjs's WebAssembly backend, in
 * turns, one thread each; the dense model's are null where it cannot be built or run there.
 */
export async function sparseLatencies(
  sparse: SparseModel,
  dense: () => Promise<tf.LayersModel>,
  samples: Samples,
  { signal, note }: { readonly signal?: AbortSignal; readonly note: (message: string) => void },
): Promise<{ readonly latencyMs: number; readonly denseWasmLatencyMs: number | null }> {
  const first = sliceSamples(samples, 0, 1);
  const given = await firstInputs(first);
  const runSparse = () => sparse.predictAll(given);
  try {
    return await onWasm(async () => {
      const { run, dispose } = await denseRun(dense, first);
      try {
        const [own, other] = await inTurns([runSparse, run], { signal });
        return { latencyMs: own?.median ?? Number.NaN, denseWasmLatencyMs: other?.median ?? null };
      } finally {
        dispose();
      }
    });
  } catch (error) {
    if (error instanceof Cancelled || signal?.aborted) throw new Cancelled();
    const whyNot = error instanceof Error ? error.message : String(error);
    note(`the dense model is not measured beside the sparse one: the WebAssembly backend of tfjs cannot run it (${whyNot})`);
    const [alone] = await inTurns([runSparse], { signal });
    return { latencyMs: alone?.median ?? Number.NaN, denseWasmLatencyMs: null };
  }
}

async function firstInputs(first: Samples): Promise<Float32Array[]> {
  const [batch] = [...batches(first, 1)];
  const inputs = batch?.inputs ?? [];
  try {
    return await Promise.all(inputs.map((input) => input.data<'float32'>()));
  } finally {
    tf.dispose([...inputs, ...(batch?.targets ?? [])]);
  }
}

/** Run once: what the backend in use cannot do shows then. */
async function denseRun(
  dense: () => Promise<tf.LayersModel>,
  first: Samples,
): Promise<{ readonly run: () => Promise<unknown>; readonly dispose: () => void }> {
  const model = await dense();
  const tensors: tf.Tensor[] = [];
  const dispose = () => {
    tf.dispose(tensors);
    model.dispose();
  };
  try {
    const [batch] = [...batches(samplesFor(model, first), 1)];
    const inputs = batch?.inputs ?? [];
    tensors.push(...inputs, ...(batch?.targets ?? []));
    const run = () => predictOnce(model, inputs);
    await run();
    return { run, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}
