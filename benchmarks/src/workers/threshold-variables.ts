import { useBackend } from '@espalier/backend-node';
import { cut, type Keeping, MaskSet, type PrunableParameter, Random } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { Weights } from '../weights.ts';
import { serve, warmUp, workOf } from './frame.ts';
import { peakBeyond } from './memory.ts';
import { make } from './parts.ts';

const { size, sparsity } = workOf<{ size: number; sparsity: number }>();
await useBackend({ choice: 'tensorflow' });

const weights = new Weights(size);
const layer = tf.layers.dense({ units: 1 });
const parameters: PrunableParameter[] = weights.tensors.map((values, i) => {
  const variable = tf.variable(tf.tensor(values.slice()));
  return { name: `layer_${i}/kernel`, layer, shape: variable.shape, size: values.length, calls: [], variable };
});
const scorer = make('scorer', 'magnitude');
const threshold = make('threshold', 'global');

const turn = async () => {
  for (const [i, { variable }] of parameters.entries()) tf.tidy(() => variable.assign(onDevice(weights.tensors[i] as Float32Array)));
  const masks = new MaskSet(parameters);
  const context = { model: undefined as unknown as tf.LayersModel, masks, random: Random.of(1), keep: undefined as unknown as Keeping };
  const figures = await peakBeyond(() => cut({ masks, scorer, threshold, sparsity, target: sparsity, context }));
  masks.dispose();
  return figures;
};
await warmUp(turn);
await serve(turn);

/** tfjs-node sends values over when they are first used: used here, they are no part of what is measured. */
function onDevice(values: Float32Array): tf.Tensor {
  return tf.mul(tf.tensor(values), 1);
}
