import { createRequire } from 'node:module';
import { type Cost, type DependencyGraph, dependencyGraph, fold, type Network, readNetwork, shrink } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';

/** The trained MobileNetV2 of the npm package nsfwjs: 224×224×3, five classes. */
export async function mobilenet(): Promise<tf.LayersModel> {
  const require = createRequire(import.meta.url);
  const part = (name: string) => createRequire(require.resolve('nsfwjs'))(`../models/mobilenet_v2/${name}.min.js`);
  const { modelTopology, weightsManifest } = part('model');
  const weightSpecs = weightsManifest.flatMap(({ weights }: { weights: tf.io.WeightsManifestEntry[] }) => weights);
  const weightData = Uint8Array.from(Buffer.from(part('group1-shard1of1'), 'base64')).buffer;
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
}

export type Form = 'dense' | 'folded' | 'shrunk' | 'both';
export const FORMS: readonly Form[] = ['dense', 'folded', 'shrunk', 'both'];

/** The model as it is, folded, with so much of its channels gone, and both. */
export interface Forms {
  readonly models: Readonly<Record<Form, tf.LayersModel>>;
  readonly networks: Readonly<Record<'folded' | 'both', Network>>;
  readonly before: Cost;
  readonly after: Cost;
}

export async function formsOf(dense: tf.LayersModel, sparsity: number, relu6?: boolean): Promise<Forms> {
  const options = relu6 === undefined ? {} : { relu6 };
  const shrunk = await shrink(dense, { sparsity });
  const [folded, both] = [await fold(dense, options), await fold(shrunk.model, options)];
  return {
    models: { dense, folded: folded.model, shrunk: shrunk.model, both: both.model },
    networks: { folded: folded.network, both: both.network },
    before: shrunk.before,
    after: shrunk.after,
  };
}

export async function graphOf(model: tf.LayersModel): Promise<DependencyGraph> {
  return dependencyGraph(await readNetwork(model));
}
