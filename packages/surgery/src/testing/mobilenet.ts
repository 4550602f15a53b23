import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';

/** The trained MobileNetV2 of the npm package nsfwjs: 224x224x3, five classes, weights of a byte each. */
export async function mobilenet(): Promise<tf.LayersModel> {
  const require = createRequire(import.meta.url);
  const part = (name: string) => createRequire(require.resolve('nsfwjs'))(`../models/mobilenet_v2/${name}.min.js`);
  const { modelTopology, weightsManifest } = part('model');
  const bytes = Uint8Array.from(Buffer.from(part('group1-shard1of1'), 'base64'));
  const weightSpecs = weightsManifest.flatMap(({ weights }: { weights: tf.io.WeightsManifestEntry[] }) => weights);
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData: bytes.buffer }));
}
