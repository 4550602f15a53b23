import { useBackend } from '@espalier/backend-node';
import { compileSparse, loadSparse, type SparseModel } from '@espalier/sparse';
import * as tf from '@tensorflow/tfjs';
import { difference, median, serve, timed, workOf } from './frame.ts';
import { type PrunedNet, prunedModel } from './pruned-models.ts';

export interface SparseWork {
  readonly net: PrunedNet;
  readonly sparsity: number;
  readonly batch: number;
  /** What the dense model runs on, with one thread. */
  readonly backend: 'wasm' | 'tensorflow';
}

/** Each turn takes about so long, and no fewer inferences of each than some. */
const TURN_S = 0.6;
const LEAST = 5;

const { net, sparsity, batch, backend } = workOf<SparseWork>();
// Trained natively, whatever it is then held against.
await useBackend({ choice: 'tensorflow', threads: 1 });
const model = await prunedModel(net, sparsity);
await useBackend({ choice: backend, threads: 1 });
const sparse = await compileSparse(model, { batch });
const bytes = sparse.toBytes();
const shape = [batch, ...((model.inputs[0] as tf.SymbolicTensor).shape.slice(1) as number[])];
const images = tf.randomUniform(shape, -1, 1, 'float32', 1);
const pixels = (await images.data()).slice() as Float32Array;
const inferences = Math.max(LEAST, Math.round(TURN_S / (await timed(dense))));

function dense(): Float32Array {
  const output = model.predict(images) as tf.Tensor;
  const values = output.dataSync<'float32'>();
  output.dispose();
  return values;
}

await serve(async () => {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let i = 0; i < inferences; i++) {
    ours.push(await timed(() => sparse.predict(pixels)));
    theirs.push(await timed(dense));
  }
  return {
    sparseMs: 1000 * median(ours),
    denseMs: 1000 * median(theirs),
    compileMs: 1000 * (await medianOf(() => compileSparse(model))),
    loadMs: 1000 * (await medianOf(() => loadSparse(bytes))),
    difference: difference(dense(), sparse.predict(pixels)),
    bytes: bytes.length,
  };
});

/** Of five: one alone may pay for what was thrown away before it. */
async function medianOf(make: () => Promise<SparseModel>): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < 5; i++) seconds.push(await timed(async () => (await make()).dispose()));
  return median(seconds);
}
