import './reflect.ts';
import type * as tf from '@tensorflow/tfjs';
import { type InjectionToken, inject as tsyringeInject, injectable as tsyringeInjectable } from 'tsyringe';
import type { Activations } from './activations.ts';
import type { Calibration } from './calibration.ts';
import type { Dataset, DatasetSource } from './data.ts';
import type { Evaluator } from './evaluator.ts';
import type { Gradients } from './gradients.ts';
import type { Granularity } from './granularity.ts';
import type { Loss } from './loss.ts';
import type { Metric } from './metric.ts';
import type { ModelSource } from './model-source.ts';
import type { LearningRate, Optimizer } from './optimizer.ts';
import type { Part } from './part.ts';
import type { Random } from './random.ts';
import type { ReportSection } from './report-section.ts';
import type { Scheduler } from './scheduler.ts';
import type { Scorer } from './scorer.ts';
import type { Strategy } from './strategy.ts';
import type { Threshold } from './threshold.ts';
import type { Trainer } from './trainer.ts';

/** What a plugin's constructor may ask for. The type parameter is checked against the constructor's own at compile time. */
export type Token<T> = symbol & { readonly injects?: (value: T) => T };

function token<T>(name: string): Token<T> {
  return Symbol(`espalier.${name}`) as Token<T>;
}

/** The part's own options, parsed and completed by its schema. */
// biome-ignore lint/suspicious/noExplicitAny: the type is that of the schema beside it, which only the plugin's author knows.
export const OPTIONS = token<any>('OPTIONS');
/** The scorer that the part's options name: of several the first, the others are made through MAKE. */
export const SCORER = token<Scorer>('SCORER');
/** The scheduler that the part's options name. */
export const SCHEDULER = token<Scheduler>('SCHEDULER');
/** The threshold that the part's options name, else that of the run. */
export const THRESHOLD = token<Threshold>('THRESHOLD');
/** The learning-rate schedule that the part's options name. */
export const LEARNING_RATE = token<LearningRate>('LEARNING_RATE');
/** Makes any further part that the options name: `make(options.second)`. */
export const MAKE = token<Make>('MAKE');
/** The model of the run. Not there for what is made before it: datasets, models, losses and granularities. */
export const MODEL = token<tf.LayersModel>('MODEL');
/** The data of the run. */
export const DATA = token<Dataset>('DATA');
/** Training samples that scores are computed on. */
export const CALIBRATION = token<Calibration>('CALIBRATION');
/** Gradients of the loss over the calibration data. */
export const GRADIENTS = token<Gradients>('GRADIENTS');
/** What goes into layers and comes out of them over the calibration data. */
export const ACTIVATIONS = token<Activations>('ACTIVATIONS');
/** The loss of the run. */
export const LOSS = token<Loss>('LOSS');
/** The optimiser of the run. */
export const OPTIMIZER = token<Optimizer>('OPTIMIZER');
/** The trainer of the run. */
export const TRAINER = token<Trainer>('TRAINER');
/**
 * Random numbers from the run's seed, one stream for all parts. A killed run does not get it back: what is drawn while
 * it runs comes from `run.random`, or from a scorer's `context.random`.
 */
export const RANDOM = token<Random>('RANDOM');
/** The seed of the run. */
export const SEED = token<number>('SEED');
/** Where relative paths of a config start: the folder of its file. */
export const BASE_FOLDER = token<string>('BASE_FOLDER');
/** Lines for the run's log. */
export const LOG = token<(message: string) => void>('LOG');

/** What each kind of part is an instance of. */
export interface PartTypes {
  strategy: Strategy;
  scorer: Scorer;
  scheduler: Scheduler;
  threshold: Threshold;
  granularity: Granularity;
  dataset: DatasetSource;
  model: ModelSource;
  optimizer: Optimizer;
  learningRate: LearningRate;
  loss: Loss;
  trainer: Trainer;
  metric: Metric;
  evaluator: Evaluator;
  reportSection: ReportSection;
}
export type PartKind = keyof PartTypes;

/** Makes an instance of a part that options name. */
export type Make = <K extends PartKind>(part: Part<K>) => PartTypes[K];

type Parameter<C, I extends number> = C extends abstract new (...args: infer Arguments) => unknown ? Arguments[I] : never;

/**
 * Marks a constructor's parameter with what shall be given to it: `constructor(@inject(CALIBRATION) data: Calibration)`.
 * A parameter of another type than the token's is a compile error.
 */
export function inject<T>(wanted: Token<T>) {
  return <C, I extends number>(target: C, key: undefined, index: I & (T extends Parameter<C, I> ? unknown : never)): void => {
    tsyringeInject(wanted as InjectionToken)(target, key, index);
  };
}

/** Marks a class whose constructor is given what its `@inject`s ask for. A class without constructor arguments needs no mark. */
export const injectable: () => (target: new (...args: never[]) => unknown) => void = tsyringeInjectable as never;
