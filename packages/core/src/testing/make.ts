import * as tf from '@tensorflow/tfjs';
import { PartContainer } from '../container.ts';
import { corePlugin } from '../core-plugin.ts';
import { EspalierError } from '../errors.ts';
import type { Loss } from '../loss.ts';
import type { Optimizer } from '../optimizer.ts';
import { type ModelParameter, modelParameters, type PrunableParameter } from '../parameter.ts';
import { parsePart } from '../part.ts';
import { Registry } from '../registry.ts';
import type { Scorer } from '../scorer.ts';
import { selectParameters } from '../select-parameters.ts';
import type { Threshold } from '../threshold.ts';
import type { PartKind, PartTypes } from '../tokens.ts';

export async function useCpu(): Promise<void> {
  await tf.setBackend('cpu');
}

/** A part of core as a config would name it: `make('optimizer', { adam: { learningRate: 0.1 } })`. */
export function make<K extends PartKind>(kind: K, config: unknown): PartTypes[K] {
  const part = parsePart(kind, config);
  if (part === undefined) throw new EspalierError(`no ${kind}: ${JSON.stringify(config)}`);
  return new PartContainer(new Registry([corePlugin])).make(part);
}

export const optimizer = (config: unknown): Optimizer => make('optimizer', config);
export const threshold = (config: unknown): Threshold => make('threshold', config);
export const loss = (name: string): Loss => make('loss', name);

/** A parameter that belongs to no model, with these weights. */
export function parameterOf(
  name: string,
  values: ArrayLike<number>,
  shape: number[] = [values.length],
  sparsity?: number,
): PrunableParameter {
  const layer = tf.layers.dense({ units: 1 });
  const variable = tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(values), shape), true));
  return { name, layer, shape, size: values.length, calls: [], sparsity, variable };
}

/** A scorer that gives what a function says. */
export function scorerOf(score: (parameter: PrunableParameter) => tf.Tensor, independent = false): Scorer {
  return { independent, score: (parameters) => parameters.map(score) };
}

export const magnitude = (independent = true): Scorer => scorerOf(({ variable }) => tf.abs(variable as tf.Tensor), independent);

export function taken(model: tf.LayersModel): readonly PrunableParameter[] {
  return selectParameters(model).taken;
}

export function find(model: tf.LayersModel, name: string): ModelParameter {
  const found = modelParameters(model).find((parameter) => parameter.name === name);
  if (found === undefined) throw new EspalierError(`no ${name} in ${modelParameters(model).map((parameter) => parameter.name)}`);
  return found;
}

/** Asserts nothing, just numbers: the weights of each parameter. */
export function weightsOf(model: tf.LayersModel): Record<string, number[]> {
  return Object.fromEntries(modelParameters(model).map(({ name, variable }) => [name, [...variable.dataSync()]]));
}
