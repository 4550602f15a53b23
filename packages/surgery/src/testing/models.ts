import { onWasm } from '@espalier/backend-node';
import * as tf from '@tensorflow/tfjs';

export async function useCpu(): Promise<void> {
  await tf.setBackend('cpu');
}

/** Every weight drawn anew, biases and statistics of batch norms too: nothing is zero or one by default. */
export function randomise(model: tf.LayersModel, seed = 1): tf.LayersModel {
  const random = randomNumbers(seed);
  for (const weight of model.weights) {
    const isVariance = weight.originalName.endsWith('moving_variance');
    const { size } = weight.read();
    const fanIn = Math.max(1, size / (weight.shape.at(-1) ?? 1));
    const values = Float32Array.from({ length: size }, () =>
      isVariance ? 0.5 + random() : (random() * 2 - 1) / Math.sqrt(Math.min(fanIn, 16)),
    );
    tf.tidy(() => (weight.read() as tf.Variable).assign(tf.tensor(values, weight.shape as number[])));
  }
  return model;
}

/** Numbers from 0 to 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Random inputs for a model, open dimensions taken as 5. */
export function inputsFor(
  model: tf.LayersModel,
  { seed = 7, batch = 2 } = {},
): { readonly values: Float32Array; readonly shape: number[] }[] {
  return model.inputs.map(({ shape, sourceLayer }, i) => {
    const size = [batch, ...shape.slice(1).map((each) => each ?? 5)];
    const indices = readsIndices(sourceLayer);
    const random = randomNumbers(seed + i);
    const values = Float32Array.from({ length: size.reduce((a, b) => a * b, 1) }, () =>
      indices > 0 ? Math.floor(random() * indices) : random() * 2 - 1,
    );
    return { values, shape: size };
  });
}

/** What the model gives for them: numbers per output. */
export function outputsOf(model: tf.LayersModel, options = {}): Float32Array[] {
  return tf.tidy(() => {
    const inputs = inputsFor(model, options).map(({ values, shape }) => tf.tensor(values, shape));
    const outputs = model.predict(inputs.length === 1 ? (inputs[0] as tf.Tensor) : inputs);
    return (Array.isArray(outputs) ? outputs : [outputs]).map((output) => output.dataSync<'float32'>().slice());
  });
}

/** The same in WebAssembly: a MobileNetV2 takes seconds in plain JavaScript. */
export function outputsOnWasm(model: tf.LayersModel, options = {}): Promise<Float32Array[]> {
  return onWasm(async () => outputsOf(model, options));
}

/** How many words an embedding that reads this input has; 0 where none does. */
function readsIndices(layer: tf.layers.Layer): number {
  const nodes = (layer as unknown as { outboundNodes: readonly { outboundLayer: tf.layers.Layer }[] }).outboundNodes;
  const sizes = nodes.map(({ outboundLayer }) => (outboundLayer as unknown as { inputDim?: number }).inputDim ?? 0);
  return Math.max(0, ...sizes);
}

/** The largest difference of two models' outputs, relative to the largest number of each output. */
export function difference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Math.max(
    ...a.map((one, i) => {
      const other = b[i] as Float32Array;
      if (one.length !== other.length) return Number.POSITIVE_INFINITY;
      const scale = one.reduce((max, x) => Math.max(max, Math.abs(x)), 1e-6);
      const worst = one.reduce((max, x, j) => Math.max(max, Math.abs(x - (other[j] as number))), 0);
      return Number.isFinite(worst) && one.every(Number.isFinite) ? worst / scale : Number.POSITIVE_INFINITY;
    }),
  );
}

/** Through a file, as it were: what plain tfjs makes of what `save` wrote. */
export async function savedAndLoaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = JSON.parse(JSON.stringify({ ...given, weightData: undefined }));
      (artifacts as tf.io.ModelArtifacts).weightData = given.weightData;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  return tf.loadLayersModel(tf.io.fromMemory(artifacts as tf.io.ModelArtifacts));
}

/** With the weights of shared layers, which tfjs leaves behind. */
export function disposeLoaded(model: tf.LayersModel): void {
  const variables = model.weights.map((weight) => weight.read());
  model.dispose();
  for (const variable of variables) if (!variable.isDisposed) variable.dispose();
}
