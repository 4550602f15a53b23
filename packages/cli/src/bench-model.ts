import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onWasm, StepError, useBackend } from '@espalier/backend-node';
import { Cancelled, type Column, EspalierError, elementsOf, FROZEN, modelParameters, Random, type Samples } from '@espalier/core';
import {
  chosen,
  differenceTo,
  inTurns,
  loadGraph,
  predictOnce,
  predictorOf,
  type SparseChoice,
  type Spread,
  storeGraph,
  tooFar,
} from '@espalier/experiment';
import { compileSparse } from '@espalier/sparse';
import { foldNetwork, readNetwork } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import { closedShapes } from './inspect-sparse.ts';
import { type BenchedForm, type Shipped, whatToShip } from './what-to-ship.ts';

export interface BenchOptions {
  /** Zeros to make first, the smallest weights of each prunable parameter, where the model has none yet: 0 up to 1. */
  readonly sparsity?: number;
  /** Of the native backend: one by default, as WebAssembly and sparse kernels have. */
  readonly threads?: number;
  /** How long it may take, about. */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
  /** Told what is done, and of the measuring the share, 0 to 1. */
  readonly onProgress?: (what: string, share: number) => void;
}

/** How fast a model is, in each form and on each backend that there is. */
export interface Bench {
  /** Of one sample, per input. */
  readonly inputs: readonly (readonly number[])[];
  /** Share of zeros among the prunable parameters, 0 to 1. */
  readonly sparsity: number;
  /** Layers whose kernels are not pruned, since they are frozen (`trainable: false`). */
  readonly frozenLayers: number;
  readonly measured: readonly BenchedForm[];
  /** What could not be measured, or gives other outputs than the model. */
  readonly missing: readonly {
    readonly form: BenchedForm['form'] | 'all';
    readonly backend: BenchedForm['backend'];
    readonly why: string;
  }[];
  /** What was chosen for it; null where that is among what is missing. */
  readonly sparse: (SparseChoice & { readonly variant: string; readonly bytes: number; readonly maxDifference: number }) | null;
  readonly ship: { readonly browser?: Shipped; readonly node?: Shipped };
}

/** What is measured in turn: its form, how it is run once, and what it holds. */
interface Contender extends Pick<BenchedForm, 'form' | 'backend' | 'threads'> {
  readonly run: () => unknown;
  readonly dispose: () => void;
}

type Weights = readonly { readonly shape: readonly number[]; readonly data: Float32Array }[];

/**
 * Measures a model dense, masked and on sparse kernels, on tfjs's WebAssembly backend and the native one, in turns in
 * this process, on random inputs; on the native backend as one graph, too. Latencies alone: nothing is trained. A form
 * that is not to be had here, or whose outputs are not the model's, is among what is missing, with the reason.
 *
 * @param load gives the model anew each time, on the backend in use.
 * @throws Cancelled through the signal; what `load` throws.
 */
export async function benchModel(load: () => Promise<tf.LayersModel>, options: BenchOptions = {}): Promise<Bench> {
  const { sparsity, threads = 1, seconds = 10, signal, onProgress = () => {} } = options;
  const backend = tf.getBackend();
  await useBackend({ choice: 'cpu' }).catch(() => undefined);
  const model = await load();
  const contenders: Contender[] = [];
  const missing: Bench['missing'][number][] = [];
  const tell = (what: string) => {
    if (signal?.aborted) throw new Cancelled();
    onProgress(what, 0);
  };
  try {
    const inputs = closedShapes(model) ?? model.inputs.map(({ shape }) => shape.slice(1) as number[]);
    const samples = randomSamples(model, inputs);
    if (sparsity !== undefined) await makeZeros(model, sparsity);
    const masked = await weightsOf(model);
    const zeros = await shareOfZeros(model);
    const forms = zeros === 0 ? (['masked'] as const) : (['dense', 'masked'] as const);

    tell('compiling');
    const sparse = await sparseContender(model, samples, inputs).catch((error: unknown) => {
      missing.push({ form: 'sparse', backend: 'none', why: reasonOf(error) });
      return undefined;
    });
    if (sparse !== undefined) contenders.push(sparse.contender);

    const build = async (name: 'wasm' | 'tensorflow', count: number) => {
      for (const form of forms) {
        const own = await tfjsContender(load, samples, form === 'dense' ? filled(masked) : masked);
        contenders.push({ form, backend: name, threads: count, ...own });
      }
    };
    tell('preparing WebAssembly');
    await onWasm(() => build('wasm', 1)).catch((error: unknown) => {
      missing.push({ form: 'all', backend: 'wasm', why: reasonOf(error) });
    });
    tell('preparing the native backend');
    try {
      const { name } = await useBackend({ choice: 'tensorflow', threads });
      if (name !== 'tensorflow') throw new EspalierError(`ESPALIER_BACKEND is "${name}"`);
      await build('tensorflow', threads);
      const graph = await graphContender(model, samples).catch((error: unknown) => {
        missing.push({ form: 'one graph', backend: 'tensorflow', why: reasonOf(error) });
        return undefined;
      });
      if (graph !== undefined) contenders.push({ form: 'one graph', backend: 'tensorflow', threads, ...graph });
    } catch (error) {
      missing.push({ form: 'all', backend: 'tensorflow', why: reasonOf(error) });
    }

    const spreads = await inTurns(
      contenders.map(({ run }) => run),
      {
        seconds,
        signal,
        onRound: (share) => onProgress('measuring', share),
        before: async (i) => {
          const { backend: name } = contenders[i] as Contender;
          if (name !== 'none') await tf.setBackend(name);
        },
      },
    );
    const measured = contenders.map(({ form, backend: name, threads: count }, i): BenchedForm => {
      const { median, low, high } = spreads[i] as Spread;
      return { form, backend: name, threads: count, latencyMs: median, lowMs: low, highMs: high };
    });
    return {
      inputs,
      sparsity: zeros,
      frozenLayers: frozenLayersOf(model),
      measured,
      missing,
      sparse: sparse?.about ?? null,
      ship: whatToShip(measured),
    };
  } finally {
    for (const { dispose } of contenders) dispose();
    model.dispose();
    await tf.setBackend(backend);
  }
}

async function sparseContender(model: tf.LayersModel, samples: Samples, inputShapes: readonly (readonly number[])[]) {
  const isOpen = closedShapes(model) !== undefined;
  const sparse = await compileSparse(model, isOpen ? { inputShapes } : {});
  try {
    const maxDifference = await differenceTo(model, predictorOf(sparse, model), samples, 'the model');
    const gap = tooFar(maxDifference);
    if (gap !== undefined) {
      throw new EspalierError({
        where: 'sparse',
        what: `on sparse kernels the model gives other outputs than in layers: ${gap}`,
        remedy: 'Look through your own rules for sparse kernels; without any, please report it with the model',
      });
    }
    const given = samples.inputs.map(({ data }) => data);
    const about = { ...chosen(sparse.describe()), variant: sparse.kernels, bytes: sparse.toBytes().length, maxDifference };
    const run = () => sparse.predictAll(given);
    const contender: Contender = { form: 'sparse', backend: 'none', threads: 1, run, dispose: () => sparse.dispose() };
    return { contender, about };
  } catch (error) {
    sparse.dispose();
    throw error;
  }
}

/** The model on the backend in use, with these weights. It is run once: what that backend cannot do shows then. */
async function tfjsContender(load: () => Promise<tf.LayersModel>, samples: Samples, weights: Weights) {
  const model = await load();
  const inputs = tensorsOf(samples, model);
  const dispose = () => {
    model.dispose();
    tf.dispose(inputs);
  };
  try {
    tf.tidy(() => model.setWeights(weights.map(({ data, shape }) => tf.tensor(data, [...shape]))));
    await predictOnce(model, inputs);
    return { run: () => predictOnce(model, inputs), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function graphContender(model: tf.LayersModel, samples: Samples) {
  const folder = await mkdtemp(path.join(tmpdir(), 'espalier-bench-'));
  try {
    await storeGraph(foldNetwork(await readNetwork(model)).network, folder);
    const graph = await loadGraph(folder, model, samples);
    if (graph === undefined) throw new EspalierError('TensorFlow is not in use');
    const inputs = tensorsOf(samples, model);
    const dispose = () => {
      graph.dispose();
      tf.dispose(inputs);
    };
    return { run: () => predictOnce(graph, inputs), dispose };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One sample: any numbers for what is real, zeros for what is counted, so that each is a word that an embedding knows. */
function randomSamples(model: tf.LayersModel, shapes: readonly (readonly number[])[]): Samples {
  const random = Random.of(1, 'bench');
  const inputs = shapes.map((shape, i): Column => {
    const size = elementsOf(shape);
    if (model.inputs[i]?.dtype === 'int32') return { shape, data: new Int32Array(size) };
    return { shape, data: Float32Array.from({ length: size }, () => random.next()) };
  });
  return { size: 1, inputs, targets: model.outputs.map(() => ({ shape: [], data: new Float32Array(1) })) };
}

function tensorsOf({ inputs }: Samples, model: tf.LayersModel): tf.Tensor[] {
  return inputs.map(({ data, shape }, i) => tf.tensor(data, [1, ...shape], model.inputs[i]?.dtype));
}

async function weightsOf(model: tf.LayersModel): Promise<Weights> {
  return Promise.all(model.getWeights().map(async (weight) => ({ shape: weight.shape, data: (await weight.data<'float32'>()).slice() })));
}

/** What is zero is something else: how long it takes does not depend on what. */
function filled(weights: Weights): Weights {
  return weights.map(({ shape, data }) => ({ shape, data: data.map((value) => (value === 0 ? 1e-3 : value)) }));
}

const prunable = (model: tf.LayersModel) => modelParameters(model).filter(({ keptBecause }) => keptBecause === undefined);

async function shareOfZeros(model: tf.LayersModel): Promise<number> {
  let [zeros, all] = [0, 0];
  for (const { variable } of prunable(model)) {
    const values = await variable.data();
    for (const value of values) if (value === 0) zeros++;
    all += values.length;
  }
  return all === 0 ? 0 : zeros / all;
}

function frozenLayersOf(model: tf.LayersModel): number {
  const frozen = modelParameters(model).filter(({ keptBecause }) => keptBecause === FROZEN);
  return new Set(frozen.map(({ layer }) => layer)).size;
}

/** The smallest weights of each parameter become zero. */
async function makeZeros(model: tf.LayersModel, sparsity: number): Promise<void> {
  for (const { variable } of prunable(model)) {
    const values = (await variable.data<'float32'>()).slice();
    const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => Math.abs(values[a] as number) - Math.abs(values[b] as number));
    for (const i of order.subarray(0, Math.round(sparsity * values.length))) values[i] = 0;
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof StepError) return `${error.message}. ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
