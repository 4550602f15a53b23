import {
  ACTIVATIONS,
  Activations,
  BASE_FOLDER,
  Budget,
  CALIBRATION,
  Calibration,
  DATA,
  type Dataset,
  EspalierError,
  GRADIENTS,
  Gradients,
  type Granularity,
  LOG,
  LOSS,
  type Loss,
  MODEL,
  type ModelSource,
  type ModelTask,
  OPTIMIZER,
  type Optimizer,
  type ParameterSelection,
  Part,
  PartContainer,
  pickSamples,
  RANDOM,
  Random,
  type Samples,
  type Scorer,
  SEED,
  type Strategy,
  samplesFor,
  selectParameters,
  stepsPerEpoch,
  THRESHOLD,
  type Threshold,
  TRAINER,
  type Trainer,
  underControl,
} from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import type { ConfigPath } from '../config/config-path.ts';
import type { Experiment } from '../config/experiment.ts';
import type { LoadedExperiment } from '../config/parse-experiment.ts';
import { shrinkSettings } from '../config/shrink-schema.ts';
import { blaming } from './blame.ts';
import { DatasetCache } from './dataset-cache.ts';
import { type Figures, makeFigures } from './figures.ts';

/** Everything that an experiment names, made: its data loaded, its model built (not trained), its parts bound. */
export interface PreparedExperiment {
  readonly experiment: Experiment;
  readonly data: Dataset;
  /** The training samples without those set aside for validation. */
  readonly train: Samples;
  readonly validation: Samples | undefined;
  readonly source: ModelSource;
  readonly task: ModelTask;
  readonly model: tf.LayersModel;
  readonly selection: ParameterSelection;
  readonly loss: Loss;
  readonly denseOptimizer: Optimizer;
  readonly pruneOptimizer: Optimizer;
  readonly trainer: Trainer;
  readonly threshold: Threshold;
  readonly granularity: Granularity;
  readonly strategy: Strategy;
  readonly figures: Figures;
  dispose(): void;
}

export interface PrepareOptions {
  readonly log?: (message: string) => void;
  /** Taken in place of a new one; it stays the caller's, whatever happens. */
  readonly model?: tf.LayersModel;
  /** Datasets loaded before in this process. */
  readonly datasets?: DatasetCache;
}

/**
 * Loads and builds what an experiment names. Nothing is trained yet.
 *
 * @throws ConfigError pointing at the part of the config whose files, shapes or rules do not fit.
 */
export async function prepare(
  loaded: LoadedExperiment,
  { log = () => {}, model: given, datasets = new DatasetCache() }: PrepareOptions = {},
): Promise<PreparedExperiment> {
  const { experiment, registry, baseFolder } = loaded;
  const { seed } = experiment;
  const at = blaming(loaded);
  const random = Random.of(seed, 'parts');
  const container = new PartContainer(registry).bind(SEED, seed).bind(BASE_FOLDER, baseFolder).bind(LOG, log).bind(RANDOM, random);

  const data = await at(['data'], () => datasets.load(experiment.data, { registry, seed, random, baseFolder, log }));
  const trained = data.madeUp === true ? trainsOnNothing(experiment) : undefined;
  if (trained !== undefined) throw loaded.error([{ path: trained, message: 'there is no data to train on; give data, or 0 epochs' }]);
  const task = await at(['data'], () => taskOf(data, seed));
  const source = await at(['model'], () => container.make(experiment.model));
  const model = given ?? (await at(['model'], () => source.build(task)));
  const dispose = () => {
    if (given === undefined) model.dispose();
  };
  try {
    const { train, validation } = await at(['train', 'validationSplit'], () =>
      splitValidation(data.train, experiment.train.validationSplit, seed),
    );
    const loss = await at(['loss'], () => container.make(experiment.loss ?? defaultLoss(data)));
    const calibration = await at(
      ['model'],
      () =>
        new Calibration(
          samplesFor(model, pickSamples(train, calibrationOrder(train.size, experiment.prune.calibration, seed))),
          experiment.prune.batchSize,
        ),
    );
    const granularity = await at(['prune', 'granularity'], () => container.make(experiment.prune.granularity));
    const selection = await at(['prune', 'parameters'], () => selectParameters(model, experiment.prune.parameters, granularity));
    container
      .bind(MODEL, model)
      .bind(LOSS, loss)
      .bindLazily(
        DATA,
        real(data, () => data),
      )
      .bindLazily(
        CALIBRATION,
        real(data, () => calibration),
      )
      .bindLazily(
        GRADIENTS,
        real(data, () => new Gradients(model, loss, calibration)),
      )
      .bindLazily(
        ACTIVATIONS,
        real(data, () => new Activations(model, calibration)),
      );
    const denseOptimizer = await at(['train', 'optimizer'], () => container.make(experiment.train.optimizer));
    const pruneOptimizer = await at(['prune', 'optimizer'], () => container.make(experiment.prune.optimizer));
    const trainer = await at(['trainer'], () => container.make(experiment.trainer));
    const threshold = await at(['prune', 'threshold'], () => container.make(experiment.prune.threshold));
    container.bind(OPTIMIZER, pruneOptimizer).bind(TRAINER, trainer).bind(THRESHOLD, threshold);
    const own = await at(['prune', 'strategy'], () => container.make(experiment.prune.strategy));
    const strategy = await at(['prune', 'control'], () =>
      controlled(own, experiment, train, () => container.make(new Part('scorer', 'random'))),
    );
    const figures = await makeFigures(experiment, container, data.task, at);
    const parts = { loss, denseOptimizer, pruneOptimizer, trainer, threshold, granularity, strategy, figures };
    return { experiment, data, train, validation, source, task, model, selection, ...parts, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** What scores are computed from, which made-up data is not. */
function real<T>(data: Dataset, make: () => T): () => T {
  return () => {
    if (data.madeUp !== true) return make();
    throw new EspalierError('it scores by what the model does with samples, and there is no data. Give data, or take a scorer of weights');
  };
}

/** Where a config trains on data that is made up. */
function trainsOnNothing({ train, prune, shrink }: Experiment): ConfigPath | undefined {
  if (train.epochs > 0) return ['train', 'epochs'];
  if (prune.epochs > 0) return ['prune', 'epochs'];
  return (shrinkSettings(shrink)?.epochs ?? 0) > 0 ? ['shrink', 'epochs'] : undefined;
}

function controlled(strategy: Strategy, { train, prune }: Experiment, samples: Samples, randomScorer: () => Scorer): Strategy {
  if (prune.control === 'none') return strategy;
  const denseBudget = Budget.ofEpochs(train.epochs, stepsPerEpoch(samples, prune.batchSize));
  return underControl(strategy, prune.control, { randomScorer: randomScorer(), denseBudget });
}

function taskOf(data: Dataset, seed: number): ModelTask {
  const [target] = data.train.targets;
  if (target === undefined) throw new EspalierError({ where: data.name, what: 'has no targets to learn' });
  const outputs = data.task === 'classification' ? data.classes : target.shape.reduce((product, size) => product * size, 1);
  if (outputs === undefined) throw new EspalierError({ where: data.name, what: 'is a classification without a number of classes' });
  const inputShapes = data.train.inputs.map(({ shape }) => shape);
  return { inputShapes, task: data.task, outputs, seed, ...(data.madeUp === true && { anyOutput: true }) };
}

function defaultLoss(data: Dataset): Part<'loss'> {
  if (data.task === 'regression') return new Part('loss', 'meanSquaredError');
  const isOneHot = data.train.targets.some(({ shape }) => shape.length > 0 && (shape[shape.length - 1] ?? 1) > 1);
  return new Part('loss', isOneHot ? 'categoricalCrossentropy' : 'sparseCategoricalCrossentropy');
}

/** Validation samples are drawn by the seed, so that ordered data is split fairly and twice the same way. */
function splitValidation(train: Samples, share: number, seed: number): { train: Samples; validation: Samples | undefined } {
  const size = Math.round(train.size * share);
  if (size === 0) return { train, validation: undefined };
  if (size >= train.size) throw new EspalierError({ where: 'train.validationSplit', what: `leaves no training samples of ${train.size}` });
  const order = Random.of(seed, 'validation').permutation(train.size);
  return { train: pickSamples(train, order.subarray(size).toSorted()), validation: pickSamples(train, order.subarray(0, size).toSorted()) };
}

function calibrationOrder(size: number, wanted: number, seed: number): Int32Array {
  return Random.of(seed, 'calibration').permutation(size).subarray(0, Math.min(size, wanted));
}
