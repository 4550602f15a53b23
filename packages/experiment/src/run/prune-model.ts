import {
  BASE_FOLDER,
  type Dataset,
  definePlugin,
  EspalierError,
  type Evaluation,
  evaluate,
  LOG,
  type Mask,
  type ParameterRule,
  PartContainer,
  type Plugin,
  parsePart,
  RANDOM,
  Random,
  Registry,
  type RunEvent,
  SEED,
  type TrainingReport,
} from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { builtInPlugins } from '../config/built-in-plugins.ts';
import { type LoadedExperiment, parseExperiment } from '../config/parse-experiment.ts';
import { openRun } from './open-run.ts';
import { makePlan } from './plan.ts';
import { prepare } from './prepare.ts';

/** A part as a config names it: `'adam'`, or `{ adam: { learningRate: 0.01 } }`. */
export type PartName = string | Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

/** What training a model in memory takes; names and defaults are those of `train` in a config. */
export interface TrainOptions {
  readonly data: Dataset;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly optimizer?: PartName;
  readonly loss?: PartName;
  readonly seed?: number;
  /** Further plugins, whose parts may be named. */
  readonly plugins?: readonly Plugin[];
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

/** What pruning a model in memory takes; names and defaults are those of `prune` in a config. */
export interface PruneOptions extends TrainOptions {
  readonly strategy?: PartName;
  /** Where the threshold does not decide. */
  readonly sparsity?: number;
  readonly threshold?: PartName;
  readonly mayEmpty?: boolean;
  readonly parameters?: readonly ParameterRule[];
}

/** What pruning did to the model. */
export interface PruneReport {
  /** Of the selected parameters, 0 to 1. */
  readonly sparsity: number;
  readonly parameters: readonly { readonly name: string; readonly sparsity: number; readonly mask: Mask }[];
  /** Parameters that a cut would have emptied: their best was kept. */
  readonly spared: readonly string[];
  /** On the test samples, before and after. */
  readonly dense: Evaluation;
  readonly pruned: Evaluation;
}

/**
 * Prunes a trained model in memory: its weights are changed in place, pruned ones are exactly zero.
 *
 *     const report = await prune(model, { data, sparsity: 0.9, epochs: 3 });
 *
 * @throws ConfigError for options that are wrong or can never come out; nothing is changed then.
 */
export async function prune(model: tf.LayersModel, options: PruneOptions): Promise<PruneReport> {
  const { data, signal, onEvent, strategy = 'magnitude', sparsity, threshold, mayEmpty, parameters } = options;
  const { epochs, batchSize, optimizer } = options;
  const loaded = await load(model, options, { strategy, sparsity, threshold, mayEmpty, parameters, epochs, batchSize, optimizer });
  const prepared = await prepare(loaded, { model });
  const { problems } = await makePlan(loaded, prepared);
  if (problems.length > 0) throw loaded.error(problems);

  const measured = () => evaluate(model, data.test, prepared.loss, { task: data.task, signal });
  const dense = await measured();
  const spared = new Set<string>();
  const run = await openRun(prepared, {
    signal,
    onEvent: (event) => {
      if (event.type === 'cut') for (const name of event.spared ?? []) spared.add(name);
      onEvent?.(event);
    },
  });
  try {
    await prepared.strategy.prune(run);
    await run.finish();
    return {
      sparsity: run.masks.sparsity,
      parameters: run.parameters.map(({ name }) => ({ name, sparsity: run.masks.get({ name }).sparsity, mask: run.masks.get({ name }) })),
      spared: [...spared],
      dense,
      pruned: await measured(),
    };
  } finally {
    run.dispose();
  }
}

/** Trains a model in memory, with shuffling by the seed and a clear stop where it diverges. */
export async function train(model: tf.LayersModel, options: TrainOptions): Promise<TrainingReport> {
  const { signal, onEvent, epochs, batchSize, optimizer } = options;
  // The frame of a pruning whose cut is never asked for: its training is this one's.
  const loaded = await load(model, options, { strategy: 'magnitude', sparsity: 0, epochs, batchSize, optimizer });
  const prepared = await prepare(loaded, { model });
  const run = await openRun(prepared, { signal, onEvent });
  try {
    const report = await run.train(run.budget);
    await run.finish();
    return report;
  } finally {
    run.dispose();
  }
}

/** A dataset by name: `await loadData('mnist')`. Relative paths start at the current folder, or at `from`. */
export async function loadData(
  name: PartName,
  { from = process.cwd(), seed = 1, plugins = [] as readonly Plugin[], log = (_message: string): void => {} } = {},
): Promise<Dataset> {
  const registry = new Registry([...(await builtInPlugins()), ...plugins]);
  const part = parsePart('dataset', name);
  if (part === undefined) throw new EspalierError(`expected a dataset as a name, or as { name: { options } }; got ${JSON.stringify(name)}`);
  const { part: complete, problems } = registry.complete(part);
  if (problems.length > 0) throw new EspalierError(problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  return new PartContainer(registry)
    .bind(SEED, seed)
    .bind(BASE_FOLDER, from)
    .bind(LOG, log)
    .bind(RANDOM, Random.of(seed, 'parts'))
    .make(complete)
    .load();
}

/** The options as an experiment on data and a model that are there already, checked like any config. */
async function load(model: tf.LayersModel, options: TrainOptions, pruning: Readonly<Record<string, unknown>>): Promise<LoadedExperiment> {
  const given = definePlugin({
    name: 'the arguments',
    datasets: {
      given: {
        use: class {
          load = async () => options.data;
        },
      },
    },
    models: {
      given: {
        use: class {
          build = () => model;
          trained = true;
        },
      },
    },
  });
  const registry = new Registry([...(await builtInPlugins()), ...(options.plugins ?? []), given]);
  const { seed, loss } = options;
  const config = { name: 'in-memory', seed, data: 'given', model: 'given', loss, train: { epochs: 0 }, prune: pruning };
  return parseExperiment(JSON.stringify(config, null, 2), { file: 'options', registry });
}
