import { useBackend } from '@espalier/backend-node';
import { shrink } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import { serve, timed, workOf } from './frame.ts';
import { FORMS, type Form, formsOf, graphOf, mobilenet } from './mobilenet.ts';

export interface LatencyWork {
  readonly backend: 'tensorflow' | 'wasm';
  readonly threads?: number;
  /** Of the channels. */
  readonly sparsity: number;
}

/** Inferences of each form per turn, in turns. */
const INFERENCES = 5;

const { backend, threads, sparsity } = workOf<LatencyWork>();
await useBackend({ choice: backend, threads });
const dense = await mobilenet();
const { models, before, after } = await formsOf(dense, sparsity);
const image = tf.randomUniform([1, 224, 224, 3], -1, 1, 'float32', 1);

async function inference(form: Form): Promise<number> {
  return timed(() => {
    const output = models[form].predict(image) as tf.Tensor;
    output.dataSync();
    output.dispose();
  });
}

/** The largest difference of two forms' outputs, relative to the largest output. */
function difference(one: Form, other: Form): number {
  const [a, b] = [one, other].map((form) => tf.tidy(() => (models[form].predict(image) as tf.Tensor).dataSync<'float32'>().slice())) as [
    Float32Array,
    Float32Array,
  ];
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)))) / Math.max(...a.map(Math.abs));
}

await serve(async () => {
  const seconds: Record<Form, number[]> = { dense: [], folded: [], shrunk: [], both: [] };
  for (let i = 0; i < INFERENCES; i++) for (const form of FORMS) seconds[form].push(await inference(form));
  const graphMs = 1000 * (await timed(() => graphOf(dense)));
  let removed: tf.LayersModel | undefined;
  const removalMs = 1000 * (await timed(async () => (removed = (await shrink(dense, { sparsity })).model)));
  removed?.dispose();
  return {
    ...Object.fromEntries(FORMS.map((form) => [`${form}Ms`, 1000 * median(seconds[form])])),
    graphMs,
    removalMs,
    difference: Math.max(difference('dense', 'folded'), difference('shrunk', 'both')),
    macs: after.macs,
    denseMacs: before.macs,
  };
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}
