import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageFolder } from '../package-files.ts';
import { prepareForTensorflow, withoutDeprecations } from './quiet.ts';

/*
 * A program of its own: loads the binding named on its command line and trains a net for a step. Whatever a broken
 * library does to a process (an illegal instruction on an old CPU, a missing symbol), it does to this one.
 * Prints TensorFlow's version as its last line.
 */
const [binding] = process.argv.slice(2);
const folder = packageFolder('@tensorflow/tfjs-node');
if (binding === undefined || folder === undefined) throw new Error('usage: try-binding BINDING');
prepareForTensorflow();

// tfjs-node asks node-pre-gyp where its binding is; this one is not in its place yet.
const requireThere = createRequire(join(folder, 'package.json'));
requireThere('@mapbox/node-pre-gyp');
const finder = requireThere.cache[requireThere.resolve('@mapbox/node-pre-gyp')];
if (finder) finder.exports = { find: () => binding };
const tf = withoutDeprecations(() => requireThere(folder)) as typeof import('@tensorflow/tfjs');

const model = tf.sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 2, kernelSize: 3, activation: 'relu' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ],
});
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
const labels = tf.tensor1d([0, 1, 2, 0], 'float32');
const loss = await model.trainOnBatch(tf.randomNormal([4, 6, 6, 1], 0, 1, 'float32', 1), labels);
if (tf.getBackend() !== 'tensorflow' || !Number.isFinite(loss as number)) throw new Error(`a step of training gave ${loss}`);
const backend = tf.backend() as unknown as { binding: { TF_Version: string } };
console.log(`TensorFlow ${backend.binding.TF_Version}`);
