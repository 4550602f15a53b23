import {
  ACTIVATIONS,
  Activations,
  Budget,
  CALIBRATION,
  Calibration,
  corePlugin,
  GRADIENTS,
  Gradients,
  type LiveRunParts,
  LOSS,
  type Loss,
  MODEL,
  PartContainer,
  type PartKind,
  type PartTypes,
  parsePart,
  Registry,
  type Samples,
  selectParameters,
} from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import plugin from '../index.ts';

export const registry = new Registry([corePlugin, plugin]);

/** Makes a part as a config would name it. */
export type MakeFrom = <K extends PartKind>(kind: K, config: unknown) => PartTypes[K];

export function makerOf(container: PartContainer): MakeFrom {
  return (kind, config) => {
    const part = parsePart(kind, config);
    if (part === undefined) throw new TypeError(`no ${kind}: ${JSON.stringify(config)}`);
    return container.make(part);
  };
}

export const make = makerOf(new PartContainer(registry));

export interface SetUp {
  readonly model: tf.LayersModel;
  readonly samples: Samples;
  /** Of the calibration data. */
  readonly batchSize?: number;
  readonly loss?: string;
}

/** A model with its data, and parts that are made for it. */
export function setUp({ model, samples, batchSize = samples.size, loss: name = 'meanSquaredError' }: SetUp) {
  const loss: Loss = make('loss', name);
  const calibration = new Calibration(samples, batchSize);
  const container = new PartContainer(registry)
    .bind(MODEL, model)
    .bind(LOSS, loss)
    .bind(CALIBRATION, calibration)
    .bind(GRADIENTS, new Gradients(model, loss, calibration))
    .bind(ACTIVATIONS, new Activations(model, calibration));
  const parameters = selectParameters(model).taken;
  /** A run over it: full batches, plain descent; pass what is to be different. */
  const partsOf = (more: Partial<LiveRunParts> = {}): LiveRunParts => ({
    model,
    parameters,
    sparsity: 0.5,
    threshold: make('threshold', 'global'),
    train: samples,
    task: 'regression',
    loss,
    optimizer: make('optimizer', { sgd: { learningRate: 0.1 } }),
    trainer: make('trainer', 'tape'),
    batchSize: samples.size,
    budget: new Budget(4, 1),
    seed: 1,
    ...more,
  });
  return { model, samples, loss, parameters, make: makerOf(container), partsOf };
}
