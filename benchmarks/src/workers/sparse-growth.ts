import { compileSparse, type SparseModel } from '@espalier/sparse';
import * as tf from '@tensorflow/tfjs';
import { serve, workOf } from './frame.ts';
import { pruneArrays } from './prune-arrays.ts';

/** A 1×1 convolution at each of these sparsities. */
export interface GrowthWork {
  readonly sparsities: readonly number[];
}

const [SIDE, CHANNELS] = [28, 256];
/** Of each per turn, in turns; the least counts, since another process can only add to it. */
const INFERENCES = 20;

const { sparsities } = workOf<GrowthWork>();
await tf.setBackend('cpu');
const models = await Promise.all(sparsities.map(convolution));
const image = Float32Array.from({ length: SIDE * SIDE * CHANNELS }, (_, i) => Math.sin(i));
const out = new Float32Array(image.length);

async function convolution(sparsity: number): Promise<SparseModel> {
  const layer = tf.layers.conv2d({ inputShape: [SIDE, SIDE, CHANNELS], filters: CHANNELS, kernelSize: 1 });
  const model = tf.sequential({ layers: [layer] });
  const kernel = layer.getWeights()[0] as tf.Tensor;
  const values = (await kernel.data()).slice() as Float32Array;
  await pruneArrays([values], sparsity);
  layer.setWeights([tf.tensor(values, kernel.shape), tf.zeros([CHANNELS])]);
  return compileSparse(model, { kernel: 'sparse' });
}

await serve(async () => {
  const best = sparsities.map(() => Number.POSITIVE_INFINITY);
  for (let i = 0; i < INFERENCES; i++) {
    models.forEach((model, which) => {
      const start = performance.now();
      model.predict(image, { out });
      best[which] = Math.min(best[which] as number, performance.now() - start);
    });
  }
  return Object.fromEntries(best.map((ms, i) => [`${sparsities[i]}`, ms]));
});
