import {
  BrokenPromise,
  EspalierError,
  type EvaluatedModel,
  type EvaluatedParameter,
  type Evaluator,
  type EvaluatorAnswer,
  type Json,
  type Metric,
  measureMetrics,
  type PartContainer,
  partInWords,
  type Samples,
  usesPerSample,
} from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import type { Experiment } from '../config/experiment.ts';
import type { Blaming } from './blame.ts';
import type { countNonzero } from './measure.ts';
import type { FigureDescription, Measurement } from './result.ts';
import { unchanged } from './unchanged.ts';

/** The metrics and evaluators of an experiment, by the names that their figures have. */
export interface Figures {
  readonly metrics: ReadonlyMap<string, Metric>;
  readonly evaluators: ReadonlyMap<string, Evaluator>;
}

export const NO_FIGURES: Figures = { metrics: new Map(), evaluators: new Map() };

/** Makes them. @throws ConfigError pointing at the one that cannot be made, or that is of another task. */
export async function makeFigures(
  { metrics = [], evaluators = [] }: Experiment,
  container: PartContainer,
  task: 'classification' | 'regression',
  at: Blaming,
): Promise<Figures> {
  const made = { metrics: new Map<string, Metric>(), evaluators: new Map<string, Evaluator>() };
  for (const [i, part] of metrics.entries()) {
    made.metrics.set(part.name, await at(['metrics', i], () => ofTask(container.make(part), task)));
  }
  for (const [i, part] of evaluators.entries()) made.evaluators.set(part.name, await at(['evaluators', i], () => container.make(part)));
  return made;
}

function ofTask(metric: Metric, task: 'classification' | 'regression'): Metric {
  if (metric.task === undefined || metric.task === task) return metric;
  throw new EspalierError({ where: partInWords(metric), what: `is of ${metric.task}, and the data is for ${task}` });
}

/** What a record says of the figures themselves. */
export function describeFigures({ metrics, evaluators }: Figures): Record<string, FigureDescription> {
  const described = (kind: FigureDescription['kind'], parts: ReadonlyMap<string, { readonly unit?: string }>) =>
    [...parts].map(([name, { unit }]): [string, FigureDescription] => [name, unit === undefined ? { kind } : { kind, unit }]);
  return Object.fromEntries([...described('metric', metrics), ...described('evaluator', evaluators)]);
}

export interface FiguredModel extends Pick<EvaluatedModel, 'state' | 'bytes' | 'macs'> {
  readonly model: tf.LayersModel;
  readonly counted: Awaited<ReturnType<typeof countNonzero>>;
  /** To measure metrics on; undefined where there is no data. */
  readonly test: Samples | undefined;
  readonly signal?: AbortSignal;
}

/** Measures them of a model as it stands. @throws EspalierError naming the metric or evaluator that fails. */
export async function measureFigures(
  { metrics, evaluators }: Figures,
  { model, counted, test, signal, ...about }: FiguredModel,
): Promise<Pick<Measurement, 'figures' | 'details'>> {
  if (metrics.size + evaluators.size === 0) return {};
  const values = test === undefined ? [] : await measureMetrics(model, test, [...metrics.values()], { signal });
  const figures: Record<string, number | null> = Object.fromEntries([...metrics.keys()].map((name, i) => [name, recorded(values[i])]));
  const details: Record<string, Json> = {};
  const parameters = counted.map((parameter): EvaluatedParameter => ({ ...parameter, uses: usesPerSample(parameter) }));
  for (const [name, evaluator] of evaluators) {
    const answer = await ask(evaluator, { ...about, model, parameters });
    figures[name] = recorded(typeof answer === 'number' ? answer : answer.value);
    if (typeof answer !== 'number') details[name] = answer.details;
  }
  return { figures, ...(Object.keys(details).length === 0 ? {} : { details }) };
}

async function ask(evaluator: Evaluator, model: EvaluatedModel): Promise<EvaluatorAnswer> {
  const where = partInWords(evaluator);
  const looked = unchanged(model.parameters, where, async () => evaluator.evaluate(model));
  const answer = await looked.catch((error: unknown) => {
    if (error instanceof BrokenPromise) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new EspalierError({ where, what: `failed on the ${model.state} model`, why }, { cause: error });
  });
  const value = typeof answer === 'object' && answer !== null ? answer.value : answer;
  if (typeof value !== 'number') throw new EspalierError({ where, what: 'answers with neither a number nor { value, details }' });
  return answer;
}

/** NaN and infinity are no JSON. */
function recorded(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
