import { loadSavedModel, useBackend } from '@espalier/backend-node';
import { savedModel, shrink } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import { difference, median, serve, timed, workOf } from './frame.ts';
import { formsOf, graphOf, mobilenet } from './mobilenet.ts';

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
const { models, networks, before, after } = await formsOf(dense, sparsity);
const forms = new Map<string, Predictor>(Object.entries(models));
if (backend === 'tensorflow') {
  forms.set('foldedGraph', await loadSavedModel(savedModel(networks.folded)));
  forms.set('bothGraph', await loadSavedModel(savedModel(networks.both)));
}
const image = tf.randomUniform([1, 224, 224, 3], -1, 1, 'float32', 1);

interface Predictor {
  predict(image: tf.Tensor): unknown;
}

async function inference(model: Predictor): Promise<number> {
  return timed(() => outputOf(model));
}

function outputOf(model: Predictor): Float32Array {
  const output = model.predict(image) as tf.Tensor;
  const values = output.dataSync<'float32'>().slice();
  output.dispose();
  return values;
}

await serve(async () => {
  const seconds = new Map<string, number[]>([...forms.keys()].map((form) => [form, []]));
  for (let i = 0; i < INFERENCES; i++) for (const [form, model] of forms) seconds.get(form)?.push(await inference(model));
  const graphMs = 1000 * (await timed(() => graphOf(dense)));
  let removed: tf.LayersModel | undefined;
  const removalMs = 1000 * (await timed(async () => (removed = (await shrink(dense, { sparsity })).model)));
  removed?.dispose();
  return {
    ...Object.fromEntries([...seconds].map(([form, all]) => [`${form}Ms`, 1000 * median(all)])),
    graphMs,
    removalMs,
    difference: Math.max(
      ...[...forms].map(([form, model]) => difference(outputOf(/^(dense|folded)/.test(form) ? dense : models.shrunk), outputOf(model))),
    ),
    macs: after.macs,
    denseMacs: before.macs,
  };
});
