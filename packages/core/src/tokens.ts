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

/** What is there only once there is a net: parts that are made before it may not ask for it. */
export type NetToken<T> = Token<T> & { readonly needsNet: true };

function token<T>(name: string): Token<T> {
  return Symbol(`espalier.${name}`) as Token<T>;
}

function netToken<T>(name: string): NetToken<T> {
  return token<T>(name) as NetToken<T>;
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
/** The model of the run. */
export const MODEL = netToken<tf.LayersModel>('MODEL');
/** The data of the run. */
export const DATA = netToken<Dataset>('DATA');
/** Training samples that scores are computed on. */
export const CALIBRATION = netToken<Calibration>('CALIBRATION');
/** Gradients of the loss over the calibration data. */
export const GRADIENTS = netToken<Gradients>('GRADIENTS');
/** What goes into layers and comes out of them over the calibration data. */
export const ACTIVATIONS = netToken<Activations>('ACTIVATIONS');
/** The loss of the run. */
export const LOSS = netToken<Loss>('LOSS');
/** The optimiser of the run. */
export const OPTIMIZER = netToken<Optimizer>('OPTIMIZER');
/** The trainer of the run. */
export const TRAINER = netToken<Trainer>('TRAINER');
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

/** Nothing where a token's type fits the parameter, and an impossible one where it does not. */
type Fitting<T, C, I extends number> = T extends Parameter<C, I> ? unknown : never;

type MadeBeforeTheNet = DatasetSource | ModelSource | Loss | Granularity;
type MadeWithNet<C> = C extends abstract new (...args: never[]) => MadeBeforeTheNet ? never : unknown;

/**
 * Marks a constructor's parameter with what shall be given to it: `constructor(@inject(CALIBRATION) data: Calibration)`.
 * A parameter of another type than the token's is a compile error, and so is the net and what comes with it (MODEL, DATA,
 * LOSS, …) in a dataset, model, loss or granularity, which are made before it.
 */
export function inject<T>(
  wanted: NetToken<T>,
): <C, I extends number>(target: C, key: undefined, index: I & Fitting<T, C, I> & MadeWithNet<C>) => void;
export function inject<T>(wanted: Token<T>): <C, I extends number>(target: C, key: undefined, index: I & Fitting<T, C, I>) => void;
export function inject(wanted: Token<unknown>) {
  return (target: unknown, key: undefined, index: number): void => tsyringeInject(wanted as InjectionToken)(target, key, index);
}

/** Marks a class whose constructor is given what its `@inject`s ask for. A class without constructor arguments needs no mark. */
export const injectable: () => (target: new (...args: never[]) => unknown) => void = tsyringeInjectable as never;
