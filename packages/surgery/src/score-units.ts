import { BrokenPromise, MaskSet, modelParameters, Random, type Reduction, RunKeeping, type Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { STAYS } from './channels.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { WeightValues } from './network.ts';
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
  const totals = new Float64Array(graph.units).fill(coupled === 'max' ? Number.NEGATIVE_INFINITY : 0);
  const counts = new Uint32Array(graph.units);
  for (const [layer, weights] of graph.weights) {
    for (const weight of graph.network.layers.get(layer)?.weights ?? []) {
      const axis = (weights.get(weight.name) ?? []).findIndex((each) => each?.role === 'makes');
      const channels = weights.get(weight.name)?.[axis]?.channels;
      const own = scores === null ? magnitudes(weight.values, reduce) : scores.get(weight.parameter);
      if (channels === undefined || weight.shape.length < 2 || own === undefined) continue;
      // The score of a unit is that of each of its weights: nothing is to be added up.
      for (const [unit, score] of reduced(
        own,
        { shape: weight.shape, axis, channels },
        options.scorer?.ofUnits === true ? 'max' : reduce,
      )) {
        totals[unit] = coupled === 'max' ? Math.max(totals[unit] as number, score) : (totals[unit] as number) + score;
        counts[unit] = (counts[unit] as number) + 1;
      }
    }
  }
  return Float32Array.from(totals, (total, unit) =>
    counts[unit] === 0 ? Number.NaN : coupled === 'mean' ? total / (counts[unit] as number) : total,
  );
}

function magnitudes(values: WeightValues, reduce: Reduction): Float32Array {
  // A square has no sign.
  if (reduce === 'l2' && values instanceof Float32Array) return values;
  const magnitude = new Float32Array(values.length);
  for (let i = 0; i < magnitude.length; i++) magnitude[i] = Math.abs(values[i] as number);
  return magnitude;
}

interface Place {
  readonly shape: readonly number[];
  readonly axis: number;
  readonly channels: Int32Array;
}

/** The score of each unit on one axis of a tensor. */
function reduced(scores: Float32Array, { shape, axis, channels }: Place, reduce: Reduction): Map<number, number> {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const perPosition = perPositionOf(scores, channels.length, inner, reduce);
  const units = new Map<number, { total: number; positions: number }>();
  channels.forEach((unit, position) => {
    if (unit === STAYS) return;
    const { total, positions } = units.get(unit) ?? { total: reduce === 'max' ? Number.NEGATIVE_INFINITY : 0, positions: 0 };
    const own = perPosition[position] as number;
    units.set(unit, { total: reduce === 'max' ? Math.max(total, own) : total + own, positions: positions + 1 });
  });
  const each = scores.length / channels.length;
  return new Map(
    [...units].map(([unit, { total, positions }]) => [
      unit,
      reduce === 'l2' ? Math.sqrt(total) : reduce === 'mean' ? total / (positions * each) : total,
    ]),
  );
}

/** The largest score at each position, or the sum of them, or of their squares. */
function perPositionOf(scores: Float32Array, positions: number, inner: number, reduce: Reduction): Float64Array {
  const totals = new Float64Array(positions).fill(reduce === 'max' ? Number.NEGATIVE_INFINITY : 0);
  if (reduce === 'l2' && inner === 1) {
    // The kernels of all but transposed convolutions.
    for (let start = 0; start < scores.length; start += positions) {
      for (let i = 0; i < positions; i++) {
        const score = scores[start + i] as number;
        totals[i] = (totals[i] as number) + score * score;
      }
    }
    return totals;
  }
  for (let start = 0, position = 0; start < scores.length; start += inner, position = position + 1 === positions ? 0 : position + 1) {
    let total = totals[position] as number;
    const end = start + inner;
    if (reduce === 'l2') for (let i = start; i < end; i++) total += (scores[i] as number) ** 2;
    else if (reduce === 'max') for (let i = start; i < end; i++) total = Math.max(total, scores[i] as number);
    else for (let i = start; i < end; i++) total += scores[i] as number;
    totals[position] = total;
  }
  return totals;
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
