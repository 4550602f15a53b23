import {
  ACTIVATIONS,
  Activations,
  Budget,
  CALIBRATION,
  Calibration,
  DATA,
  type Dataset,
  GRADIENTS,
  Gradients,
  type Granularity,
  type LiveRunParts,
  LOSS,
  type Loss,
  MaskSet,
  MODEL,
  OPTIMIZER,
  type PartContainer,
  type PartKind,
  type PartTypes,
  type PrunableParameter,
  Random,
  type Registry,
  RunKeeping,
  type Samples,
  samplesFor,
  selectParameters,
  THRESHOLD,
  TRAINER,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { containerOf, makeFrom } from './make-from.ts';
import { randomSamples } from './nets.ts';

export interface StageOptions {
  /** What is cut as one, as a config would name it; single weights where it is not given. */
  readonly granularity?: unknown;
  /** As a config would name it; the mean squared error where it is not given. */
  readonly loss?: unknown;
  /** Samples per batch of the calibration data; all at once where it is not given. */
  readonly batchSize?: number;
  readonly seed?: number;
}

/** A net to set up; without samples it gets random ones, for a regression. */
export interface StagedNet {
  readonly model: tf.LayersModel;
  readonly samples?: Samples;
}

/** A net with its data, set up as for a run: all that a constructor may ask for is there. */
export class Stage {
  readonly model: tf.LayersModel;
  readonly samples: Samples;
  readonly loss: Loss;
  readonly granularity: Granularity;
  /** What pruning takes of the model. */
  readonly parameters: readonly PrunableParameter[];
  private readonly container: PartContainer;
  private readonly seed: number;

  constructor(
    registry: Registry,
    { model, samples = samplesOf(model) }: StagedNet,
    { granularity = 'element', loss, batchSize, seed = 1 }: StageOptions = {},
  ) {
    this.model = model;
    this.samples = samples;
    this.seed = seed;
    this.container = containerOf(registry, seed);
    this.loss = this.make('loss', loss ?? 'meanSquaredError');
    this.granularity = this.make('granularity', granularity);
    this.parameters = selectParameters(model, [], this.granularity).taken;
    const calibration = new Calibration(samplesFor(model, samples), batchSize ?? samples.size);
    const dataset: Dataset = { name: 'testkit', task: 'regression', train: samples, test: samples, fingerprint: 'testkit' };
    this.container
      .bind(MODEL, model)
      .bind(DATA, dataset)
      .bind(LOSS, this.loss)
      .bind(CALIBRATION, calibration)
      .bind(GRADIENTS, new Gradients(model, this.loss, calibration))
      .bind(ACTIVATIONS, new Activations(model, calibration));
    const { threshold, optimizer, trainer } = this.runParts();
    this.container.bind(THRESHOLD, threshold).bind(OPTIMIZER, optimizer).bind(TRAINER, trainer);
  }

  /** A part as a config would name it. */
  readonly make = <K extends PartKind>(kind: K, config: unknown): PartTypes[K] => makeFrom(this.container, kind, config);

  /** The scores of each parameter's weights by a scorer, as a config would name it, before anything is pruned. */
  async scores(config: unknown): Promise<number[][]> {
    const { model, parameters, seed } = this;
    const masks = new MaskSet(parameters);
    const keep = new RunKeeping();
    try {
      const scores = await this.make('scorer', config).score(parameters, { model, masks, keep, random: Random.of(seed, 'run') });
      const numbers = scores.map((tensor) => [...tensor.dataSync()]);
      tf.dispose(scores.filter((tensor) => !(tensor instanceof tf.Variable)));
      return numbers;
    } finally {
      masks.dispose();
      keep.dispose();
    }
  }

  /** What `LiveRun.open` takes: half of the weights, full batches, plain descent, four steps; pass what is to be different. */
  readonly runParts = (more: Partial<LiveRunParts> = {}): LiveRunParts => {
    const { model, samples, loss, parameters, granularity, seed } = this;
    return {
      model,
      parameters,
      granularity,
      sparsity: 0.5,
      threshold: more.threshold ?? this.make('threshold', 'global'),
      train: samples,
      task: 'regression',
      loss,
      optimizer: more.optimizer ?? this.make('optimizer', { sgd: { learningRate: 0.1 } }),
      trainer: more.trainer ?? this.make('trainer', 'tape'),
      batchSize: samples.size,
      budget: new Budget(4, 1),
      seed,
      ...more,
    };
  };
}

function samplesOf({ inputs, outputs }: tf.LayersModel): Samples {
  const shapes = (tensors: readonly tf.SymbolicTensor[]) => tensors.map(({ shape }) => shape.slice(1).map((side) => side ?? 4));
  return randomSamples({ inputs: shapes(inputs), targets: shapes(outputs) });
}
