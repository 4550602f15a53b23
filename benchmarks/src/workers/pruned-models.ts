import { modelParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import type { Net } from '../nets.ts';
import { mobilenet } from './mobilenet.ts';
import { make } from './parts.ts';
import { pruneArrays } from './prune-arrays.ts';
import { openRun, prepareTraining } from './training.ts';

export type PrunedNet = 'lenet-300-100' | 'lenet-5' | 'mobilenet' | 'resnet';

/** A net with so much of its weights zero, on the native backend with one thread. */
export async function prunedModel(net: PrunedNet, sparsity: number): Promise<tf.LayersModel> {
  if (net === 'lenet-300-100' || net === 'lenet-5') return trained(net, sparsity);
  const model = await unprunedModel(net);
  await pruneKernels(model, sparsity);
  return model;
}

/** As it comes: MobileNetV2 trained, the others with weights drawn at random. */
export async function unprunedModel(net: PrunedNet): Promise<tf.LayersModel> {
  if (net === 'mobilenet') return mobilenet();
  const task = { task: 'classification', outputs: 10, seed: 1 } as const;
  // A ResNet-20 as for CIFAR, of convolutions of 3×3.
  if (net === 'resnet') return make('model', 'resnet', { blocks: 3 }).build({ ...task, inputShapes: [[32, 32, 3]] });
  return make('model', net).build({ ...task, inputShapes: [net === 'lenet-5' ? [28, 28, 1] : [784]] });
}

const STEPS = 300;

/** Trained on MNIST for some hundred steps, and pruned while it trains by the magnitude of all weights. */
async function trained(net: 'lenet-300-100' | 'lenet-5', sparsity: number): Promise<tf.LayersModel> {
  const work: Net['work'] & { threads: number } = { net, samples: 12_800, batch: 128, sparsity, threads: 1 };
  const training = await prepareTraining(work);
  const run = await openRun(training, STEPS);
  const scorer = make('scorer', 'magnitude');
  await run.train(run.budget, async (step) => {
    if (step.number % 20 === 0) await run.cut(scorer, sparsity * (1 - (1 - Math.min(1, step.number / (0.7 * STEPS))) ** 3));
  });
  await run.finish();
  run.dispose();
  return training.model;
}

/** Convolutions and dense layers, each by the magnitude of its own weights; those of single channels and 3×3 of an image stay. */
export async function pruneKernels(model: tf.LayersModel, sparsity: number): Promise<void> {
  for (const { name, shape, variable } of modelParameters(model)) {
    const inputs = shape.at(-2) ?? 0;
    if (!/(^|\/)kernel$/.test(name) || shape.length < 2 || inputs <= 3) continue;
    const values = (await variable.data()).slice() as Float32Array;
    await pruneArrays([values], sparsity);
    tf.tidy(() => variable.assign(tf.tensor(values, [...shape])));
  }
}
