import { threadsFor, useBackend, usePlainJavaScript } from '@espalier/backend-node';
import {
  Budget,
  LiveRun,
  Mask,
  MaskSet,
  modelParameters,
  Random,
  type Samples,
  samplesFor,
  selectParameters,
  sliceSamples,
  stepsPerEpoch,
  type TrainingSession,
  totalMacs,
  trainingLoop,
} from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import type { Net } from '../nets.ts';
import { make } from './parts.ts';

export type TrainingWork = Net['work'] & { readonly threads?: number | 'chosen' };

/** A net with samples that fit it, and the parts of its training. */
export interface Training {
  readonly model: tf.LayersModel;
  readonly samples: Samples;
  readonly batch: number;
  readonly sparsity: number;
}

/** Loads the native backend with so many threads, the samples and the net. */
export async function prepareTraining({ net, options, samples, batch, sparsity, threads }: TrainingWork): Promise<Training> {
  if (threads === 'chosen') await usePlainJavaScript();
  else await useBackend({ choice: 'tensorflow', threads });
  const all = net === 'resnet' ? randomImages(samples) : sliceSamples((await make('dataset', 'mnist').load()).train, 0, samples);
  const task = { inputShapes: all.inputs.map(({ shape }) => shape), task: 'classification', outputs: 10, seed: 1 } as const;
  const model = await make('model', net, options).build(task);
  if (threads === 'chosen') {
    const macs = totalMacs(modelParameters(model).map((each) => ({ ...each, nonzero: each.size })));
    await useBackend({ choice: 'tensorflow', threads: threadsFor(macs * batch) });
  }
  return { model, samples: samplesFor(model, all), batch, sparsity };
}

function randomImages(size: number): Samples {
  const random = Random.of(1, 'images');
  const pixels = Float32Array.from({ length: size * 32 * 32 * 3 }, () => random.uint32() / 2 ** 32);
  return {
    size,
    inputs: [{ shape: [32, 32, 3], data: pixels }],
    targets: [{ shape: [], data: Int32Array.from({ length: size }, () => random.int(10)) }],
  };
}

/** A run of so many steps on the native trainer, whose weights fall by one line for all layers. The caller disposes it. */
export function openRun({ model, samples, batch, sparsity }: Training, steps: number): Promise<LiveRun> {
  return LiveRun.open({
    model,
    parameters: selectParameters(model).taken,
    sparsity,
    threshold: make('threshold', 'global'),
    train: samples,
    task: 'classification',
    loss: make('loss', 'sparseCategoricalCrossentropy'),
    optimizer: make('optimizer', 'adam'),
    trainer: make('trainer', 'native'),
    batchSize: batch,
    budget: new Budget(steps, stepsPerEpoch(samples, batch)),
    seed: 1,
  });
}

/** A session of the native trainer; with masks at the training's sparsity, or dense. */
export function openSession({ model, samples, sparsity }: Training, isMasked: boolean): TrainingSession {
  const masks = isMasked ? randomMasks(model, sparsity) : undefined;
  const parts = { loss: make('loss', 'sparseCategoricalCrossentropy'), optimizer: make('optimizer', 'adam') };
  return make('trainer', 'native').open({ model, samples, ...parts, masks, seed: 1 });
}

/** Which weights go makes no difference to the time of a step. */
function randomMasks(model: tf.LayersModel, sparsity: number): MaskSet {
  const { taken } = selectParameters(model);
  const masks = new MaskSet(taken);
  for (const parameter of taken) {
    const random = Random.of(1, 'mask', parameter.name);
    masks.set(parameter, Mask.of(Uint8Array.from({ length: parameter.size }, () => Number(random.uint32() / 2 ** 32 >= sparsity))));
  }
  return masks;
}

/** One epoch in core's own loop, shuffled by its number. */
export async function epoch({ samples, batch }: Training, session: TrainingSession, number: number): Promise<void> {
  const budget = Budget.ofEpochs(1, stepsPerEpoch(samples, batch));
  const learningRate = make('learningRate', 'constant', { rate: 0.001 });
  await trainingLoop({ session, samples, batchSize: batch, learningRate, budget, shuffle: { seed: number, stretch: 0 } });
}
