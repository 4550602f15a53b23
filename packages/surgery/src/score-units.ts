import { BrokenPromise, MaskSet, modelParameters, Random, type Reduction, RunKeeping, type Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { STAYS } from './channels.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { NetworkWeight } from './network.ts';
import type { WeightAxis } from './shape-rule.ts';

/** How a unit's scores come together from those of its weights. */
export interface ScoreOptions {
  /** How important each weight is; its magnitude by default. */
  readonly scorer?: Scorer;
  /** How the scores of a unit's weights in one kernel become one. */
  readonly reduce?: Reduction;
  /** How those of the kernels that are coupled become one. */
  readonly coupled?: 'sum' | 'mean' | 'max';
  /** For scorers that draw at random. */
  readonly seed?: number;
}

/** One score per unit, from the kernels that make it; NaN where none has a score. */
export async function scoreUnits(graph: DependencyGraph, model: tf.LayersModel, options: ScoreOptions): Promise<Float32Array> {
  const { reduce = 'l2', coupled = 'mean' } = options;
  const scores = options.scorer === undefined ? null : await scoresOf(options.scorer, graph, model, options.seed ?? 0);
  const totals = new Float64Array(graph.units);
  const counts = new Uint32Array(graph.units);
  for (const [layer, weights] of graph.weights) {
    for (const weight of graph.network.layers.get(layer)?.weights ?? []) {
      const axes = weights.get(weight.name) ?? [];
      const axis = axes.findIndex((each) => each?.role === 'makes');
      const own = scores === null ? weight.values : scores.get(weight.parameter);
      if (axis < 0 || weight.shape.length < 2 || own === undefined) continue;
      const isUnit = options.scorer?.ofUnits === true;
      const reduced = reduceTo(
        graph.units,
        own,
        weight,
        axis,
        (axes[axis] as NonNullable<WeightAxis>).channels,
        isUnit ? 'max' : reduce,
        scores === null,
      );
      reduced.forEach((score, unit) => {
        if (Number.isNaN(score)) return;
        totals[unit] =
          coupled === 'max' && (counts[unit] as number) > 0 ? Math.max(totals[unit] as number, score) : (totals[unit] as number) + score;
        if (coupled === 'max' && counts[unit] === 0) totals[unit] = score;
        counts[unit] = (counts[unit] as number) + 1;
      });
    }
  }
  return Float32Array.from(totals, (total, unit) => {
    const count = counts[unit] as number;
    if (count === 0) return Number.NaN;
    return coupled === 'mean' ? total / count : total;
  });
}

function reduceTo(
  units: number,
  values: ArrayLike<number>,
  { shape }: NetworkWeight,
  axis: number,
  channels: Int32Array,
  reduce: Reduction,
  isMagnitude: boolean,
): Float64Array {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const totals = new Float64Array(units).fill(Number.NaN);
  const counts = new Uint32Array(units);
  for (let i = 0; i < values.length; i++) {
    const unit = channels[Math.floor(i / inner) % channels.length] as number;
    if (unit === STAYS) continue;
    const score = isMagnitude ? Math.abs(values[i] as number) : (values[i] as number);
    const before = counts[unit] === 0 ? (reduce === 'max' ? Number.NEGATIVE_INFINITY : 0) : (totals[unit] as number);
    totals[unit] = reduce === 'max' ? Math.max(before, score) : before + (reduce === 'l2' ? score * score : score);
    counts[unit] = (counts[unit] as number) + 1;
  }
  return totals.map((total, unit) => (reduce === 'l2' ? Math.sqrt(total) : reduce === 'mean' ? total / (counts[unit] as number) : total));
}

/** Scores by parameter, outside of tfjs's memory, of those that make units which may go and that the scorer can score. */
async function scoresOf(scorer: Scorer, graph: DependencyGraph, model: tf.LayersModel, seed: number): Promise<Map<string, Float32Array>> {
  const wanted = parametersThatMake(graph);
  const parameters = modelParameters(model).filter(
    (parameter) => wanted.has(parameter.name) && parameter.keptBecause === undefined && scorer.refuses?.(parameter, model) === undefined,
  );
  const masks = new MaskSet(parameters);
  const keep = new RunKeeping();
  const tensors = await scorer.score(parameters, { model, masks, random: Random.of(seed, 'shrink'), keep });
  try {
    const scores = new Map<string, Float32Array>();
    for (const [i, { name, shape }] of parameters.entries()) {
      const tensor = tensors[i];
      const values = (await tensor?.data()) as Float32Array | undefined;
      if (tensor === undefined || values === undefined || tensor.shape.join() !== shape.join() || values.some(Number.isNaN)) {
        throw new BrokenPromise({
          where: name,
          what: 'the scorer gave no score for each of its weights',
          remedy: 'A scorer gives one tensor per parameter, shaped like its weights, without NaN',
        });
      }
      scores.set(name, values.slice());
    }
    return scores;
  } finally {
    for (const tensor of tensors) if (!(tensor instanceof tf.Variable)) tensor.dispose();
    masks.dispose();
    keep.dispose();
  }
}

function parametersThatMake({ network, weights, kept }: DependencyGraph): Set<string> {
  const names = new Set<string>();
  for (const layer of network.layers.values()) {
    for (const { name, parameter } of layer.weights) {
      const mayGo = (axis: WeightAxis) => axis?.role === 'makes' && axis.channels.some((unit) => unit !== STAYS && !kept.has(unit));
      if (weights.get(layer.name)?.get(name)?.some(mayGo)) names.add(parameter);
    }
  }
  return names;
}
