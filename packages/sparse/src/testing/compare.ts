import * as tf from '@tensorflow/tfjs';
import { randomise, randomNumbers } from '../../../surgery/src/testing/models.ts';
import { type CompileOptions, compileSparse, loadSparse, type SparseModel } from '../index.ts';

type Flow = tf.SymbolicTensor;

/** Weights drawn at random, with this share of each kernel zero. */
export function sparsified(model: tf.LayersModel, sparsity = 0.7, seed = 1): tf.LayersModel {
  randomise(model, seed);
  const random = randomNumbers(seed + 100);
  for (const weight of model.weights) {
    if (!/kernel|embeddings/.test(weight.originalName)) continue;
    const values = weight.read().dataSync<'float32'>().slice();
    for (let i = 0; i < values.length; i++) if (random() < sparsity) values[i] = 0;
    tf.tidy(() => (weight.read() as tf.Variable).assign(tf.tensor(values, weight.shape as number[])));
  }
  return model;
}

/** A model of one layer, or some in a row. */
export function modelOf(shape: readonly number[], ...layers: readonly tf.layers.Layer[]): tf.LayersModel {
  const input = tf.input({ shape: [...shape] });
  let flow: Flow = input;
  for (const layer of layers) flow = layer.apply(flow) as Flow;
  return tf.model({ inputs: input, outputs: flow });
}

/** Samples for each input; whole numbers below `words` where the model looks them up. */
export function inputsFor(model: tf.LayersModel, batch: number, words = 0, seed = 3): Float32Array[] {
  const random = randomNumbers(seed);
  return model.inputs.map(({ shape }) => {
    const size = shape.slice(1).reduce<number>((product, each) => product * (each ?? 5), batch);
    return Float32Array.from({ length: size }, () => (words > 0 ? Math.floor(random() * words) : random() * 2 - 1));
  });
}

export function outputsOf(model: tf.LayersModel, inputs: readonly Float32Array[], batch: number): Float32Array[] {
  return predictionsOf(model, inputs, batch).map(({ values }) => values);
}

/** With the shapes that they turn out to have: not all that tfjs says of a model before it runs is so. */
function predictionsOf(model: tf.LayersModel, inputs: readonly Float32Array[], batch: number): { values: Float32Array; shape: number[] }[] {
  return tf.tidy(() => {
    const tensors = model.inputs.map(({ shape }, i) =>
      tf.tensor(inputs[i] as Float32Array, [batch, ...shape.slice(1).map((size) => size ?? 5)]),
    );
    const outputs = model.predict(tensors.length === 1 ? (tensors[0] as tf.Tensor) : tensors, { batchSize: batch });
    return [outputs].flat().map((output) => ({ values: output.dataSync<'float32'>().slice(), shape: output.shape.slice(1) }));
  });
}

/**
 * The largest difference of what both give, relative to the largest number of each output.
 *
 * @throws Error where the sparse model says that an output has another shape than it has on tfjs.
 */
export function differenceOf(sparse: SparseModel, model: tf.LayersModel, { batch = 2, words = 0, seed = 3 } = {}): number {
  const inputs = inputsFor(model, batch, words, seed);
  const wanted = predictionsOf(model, inputs, batch);
  const made = sparse.predictAll(inputs);
  return Math.max(
    ...wanted.map(({ values, shape }, i) => {
      const said = sparse.outputPorts[i]?.shape;
      if (said?.join() !== shape.join()) throw new Error(`output ${i} is said to be [${said?.join(', ')}], and is [${shape.join(', ')}]`);
      return relative(values, made[i]);
    }),
  );
}

function relative(wanted: Float32Array, made: Float32Array | undefined): number {
  if (made === undefined || made.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
  return wanted.reduce(
    (worst, x, i) => (Number.isFinite(made[i]) ? Math.max(worst, Math.abs(x - (made[i] as number)) / scale) : Infinity),
    0,
  );
}

/** The same with the kernels of all layers sparse, dense, and chosen; what is loaded from the file gives the same as what is saved. */
export async function worstDifference(
  model: tf.LayersModel,
  options: { batch?: number; words?: number } & CompileOptions = {},
): Promise<number> {
  const { words: _, ...compiling } = options;
  const differences: number[] = [];
  for (const kernel of ['sparse', 'dense', undefined] as const) {
    const sparse = await compileSparse(model, { ...compiling, ...(kernel === undefined ? {} : { kernel }) });
    const loaded = await loadSparse(sparse.toBytes());
    differences.push(differenceOf(sparse, model, options), differenceOf(loaded, model, options));
    sparse.dispose();
    loaded.dispose();
  }
  return Math.max(...differences);
}
