import { useBackend } from '@espalier/backend-node';
import { compileSparse, loadSparse, type SparseModel } from '@espalier/sparse';
import * as tf from '@tensorflow/tfjs';
import { openOnnx } from '../onnx/runtime.ts';
import { difference, median, serve, timed, workOf } from './frame.ts';
import { type PrunedNet, prunedModel } from './pruned-models.ts';

export interface SparseWork {
  readonly net: PrunedNet;
  readonly sparsity: number;
  readonly batch: number;
  /** What the dense model runs on, with one thread: a backend of tfjs, or ONNX Runtime Web. */
  readonly backend: 'wasm' | 'tensorflow' | 'onnx';
}

/** Each turn takes about so long, and no fewer inferences of each than some. */
const TURN_S = 0.6;
const LEAST = 5;

/** How far another runtime may be from tfjs, of the largest number, to have run the same net. */
const SAME = 1e-4;

const { net, sparsity, batch, backend } = workOf<SparseWork>();
// Trained natively, whatever it is then held against.
await useBackend({ choice: 'tensorflow', threads: 1 });
const model = await prunedModel(net, sparsity);
if (backend !== 'onnx') await useBackend({ choice: backend, threads: 1 });
const sparse = await compileSparse(model, { batch });
const bytes = sparse.toBytes();
const shape = [batch, ...((model.inputs[0] as tf.SymbolicTensor).shape.slice(1) as number[])];
const images = tf.randomUniform(shape, -1, 1, 'float32', 1);
const pixels = (await images.data()).slice() as Float32Array;
const dense = backend === 'onnx' ? await onOnnx() : onTfjs;
const inferences = Math.max(LEAST, Math.round(TURN_S / (await timed(dense))));

function onTfjs(): Float32Array {
  const output = model.predict(images) as tf.Tensor;
  const values = output.dataSync<'float32'>();
  output.dispose();
  return values;
}

/** The same net on ONNX Runtime Web. */
async function onOnnx(): Promise<() => Promise<Float32Array>> {
  const onnx = await openOnnx(model, images);
  const departure = difference(onTfjs(), await onnx.run());
  if (!(departure <= SAME)) throw new Error(`ONNX Runtime Web gives what differs from tfjs by ${departure} of the largest number`);
  return onnx.run;
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
    difference: difference(await dense(), sparse.predict(pixels)),
    bytes: bytes.length,
  };
});

/** Of five: one alone may pay for what was thrown away before it. */
async function medianOf(make: () => Promise<SparseModel>): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < 5; i++) seconds.push(await timed(async () => (await make()).dispose()));
  return median(seconds);
}
