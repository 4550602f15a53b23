import { useBackend } from '@espalier/backend-node';
import { compileSparse, loadSparse, type SparseModel } from '@espalier/sparse';
import * as tf from '@tensorflow/tfjs';
import { median, serve, timed, workOf } from './frame.ts';
import { type PrunedNet, pruneKernels, unprunedModel } from './pruned-models.ts';

/** A net that is not trained here, at each of these sparsities in rising order. */
export interface VariantsWork {
  readonly net: PrunedNet;
  readonly sparsities: readonly number[];
  /** Also on the kernels without relaxed SIMD, whatever the engine has. */
  readonly withSimd?: boolean;
}

/** Each turn takes about so long for each way of running it, and no fewer inferences than some. */
const TURN_S = 0.3;
const LEAST = 5;

const { net, sparsities, withSimd = false } = workOf<VariantsWork>();
await useBackend({ choice: 'wasm', threads: 1 });
const model = await unprunedModel(net);
const ways = new Map<string, () => Float32Array>([['dense', dense]]);
const [shape] = model.inputs.map(({ shape: [_, ...sizes] }) => [1, ...(sizes as number[])]) as [number[]];
const image = tf.randomUniform(shape, -1, 1, 'float32', 1);
const pixels = (await image.data<'float32'>()).slice();
for (const sparsity of sparsities) {
  await pruneKernels(model, sparsity);
  const sparse = await compileSparse(model);
  ways.set(`sparse ${sparsity}`, () => sparse.predict(pixels));
  if (withSimd) ways.set(`simd ${sparsity}`, predictorOf(await loadSparse(sparse.toBytes(), { variant: 'simd' })));
}
const times = new Map<string, number>();
for (const [way, predict] of ways) times.set(way, await enough(predict));

function predictorOf(sparse: SparseModel): () => Float32Array {
  return () => sparse.predict(pixels);
}

function dense(): Float32Array {
  const output = model.predict(image) as tf.Tensor;
  const values = output.dataSync<'float32'>();
  output.dispose();
  return values;
}

/** How many predictions take about a millisecond: what is quicker is measured several at a time. */
async function enough(predict: () => Float32Array): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) least = Math.min(least, await timed(predict));
  return Math.max(1, Math.round(1e-3 / least));
}

await serve(async () => {
  const all = new Map<string, number[]>([...ways.keys()].map((way) => [way, []]));
  const started = performance.now();
  for (let i = 0; i < LEAST || performance.now() - started < 1000 * TURN_S * ways.size; i++) {
    for (const [way, predict] of ways) {
      const count = times.get(way) as number;
      const seconds = await timed(() => {
        for (let n = 0; n < count; n++) predict();
      });
      all.get(way)?.push((1000 * seconds) / count);
    }
  }
  return Object.fromEntries([...all].map(([way, ms]) => [way, median(ms)]));
});
