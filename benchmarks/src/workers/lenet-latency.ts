import { loadSavedModel, useBackend } from '@espalier/backend-node';
import { Lenet5 } from '@espalier/models';
import { fold, savedModel, shrink } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import { serve, timed, workOf } from './frame.ts';

export interface LenetWork {
  readonly backend: 'tensorflow' | 'wasm';
  /** Of the units of each layer. */
  readonly sparsity: number;
  readonly batch: number;
}

interface Predictor {
  predict(images: tf.Tensor): unknown;
}

/** Inferences of each form per turn, in turns. */
const INFERENCES = 10;

const { backend, sparsity, batch } = workOf<LenetWork>();
await useBackend({ choice: backend });
// How long it takes depends on the widths alone, which are those of the config: as many units of each layer.
const dense = new Lenet5().build({ inputShapes: [[28, 28, 1]], task: 'classification', outputs: 10, seed: 1 });
const shrunk = await shrink(dense, { sparsity });
const { model, network } = await fold(shrunk.model);
const forms = new Map<string, Predictor>([
  ['dense', dense],
  ['both', model],
]);
if (backend === 'tensorflow') forms.set('bothGraph', await loadSavedModel(savedModel(network)));
const images = tf.randomUniform([batch, 28, 28, 1], 0, 1, 'float32', 1);

await serve(async () => {
  const seconds = new Map<string, number[]>([...forms.keys()].map((form) => [form, []]));
  for (let i = 0; i < INFERENCES; i++) for (const [form, each] of forms) seconds.get(form)?.push(await timed(() => outputOf(each)));
  return {
    ...Object.fromEntries(
      [...seconds].map(([form, all]) => [`${form}Ms`, 1000 * (all.toSorted((a, b) => a - b)[all.length >> 1] as number)]),
    ),
    macs: shrunk.after.macs,
    denseMacs: shrunk.before.macs,
  };
});

function outputOf(form: Predictor): void {
  const output = form.predict(images) as tf.Tensor;
  output.dataSync();
  output.dispose();
}
