import { evaluate, type Loss, type MaskSet, modelParameters, type Samples, samplesFor, sliceSamples, totalMacs } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import type { ModelState } from '../config/figure-names.ts';
import { type Figures, measureFigures, NO_FIGURES } from './figures.ts';
import { inTurns, type TurnOptions } from './in-turns.ts';
import type { Predictor } from './outputs.ts';
import type { Measurement } from './result.ts';

export interface MeasureOptions {
  readonly task: 'classification' | 'regression';
  readonly loss: Loss;
  readonly train: Samples;
  readonly test: Samples;
  /** Bytes of the model as it is stored. */
  readonly bytes: number;
  readonly masks?: MaskSet;
  /** Where the samples are made up nothing is evaluated on them. */
  readonly madeUp?: boolean;
  /** The metrics and evaluators of the config, and what they are told that the model is. */
  readonly figures?: Figures;
  readonly state?: ModelState;
  readonly signal?: AbortSignal;
}

/** Evaluates and counts a model as it stands; dense and pruned alike. Latency is measured apart, in turns. */
export async function measure(model: tf.LayersModel, options: MeasureOptions): Promise<Omit<Measurement, 'latencyMs'>> {
  const { figures = NO_FIGURES, state = 'pruned', bytes, test, signal } = options;
  const parameters = await countNonzero(model, options.masks);
  const macs = totalMacs(parameters);
  const samples = options.madeUp === true ? undefined : test;
  return {
    ...(await howGood(model, options)),
    parameters: parameters.reduce((sum, { size }) => sum + size, 0),
    nonzero: parameters.reduce((sum, { nonzero }) => sum + nonzero, 0),
    ...(options.masks === undefined ? {} : { sparsity: options.masks.sparsity }),
    bytes,
    macs,
    ...(await measureFigures(figures, { model, state, counted: parameters, bytes, macs, test: samples, signal })),
  };
}

async function howGood(model: tf.LayersModel, { task, loss, train, test, madeUp, signal }: MeasureOptions) {
  if (madeUp === true) return { accuracy: null, loss: null, trainAccuracy: null };
  const { accuracy, loss: mean } = await evaluate(model, test, loss, { task, signal });
  const seen = sliceSamples(train, 0, Math.min(train.size, test.size));
  const trained = await evaluate(model, seen, loss, { task, signal });
  return { accuracy, loss: mean, trainAccuracy: trained.accuracy };
}

/**
 * How many elements count, per parameter. Only kernels are looked through: a bias that happens to be zero is still a
 * parameter of the model (a dense net counts whole), but for one whose unit was pruned.
 */
export async function countNonzero(model: tf.LayersModel, masks?: MaskSet) {
  const counted = [];
  for (const parameter of modelParameters(model)) {
    let nonzero = masks?.has(parameter) ? masks.get(parameter).kept : parameter.size;
    if (parameter.shape.length > 1) {
      const count = tf.tidy(() => tf.sum(tf.cast(tf.notEqual(parameter.variable, 0), 'int32')));
      nonzero = (await count.data())[0] as number;
      count.dispose();
    }
    counted.push({ ...parameter, nonzero });
  }
  return counted;
}

export interface LatencyOptions extends TurnOptions {
  /** A model is given one in their shape: it may leave sizes open. */
  readonly samples: Samples;
}

/**
 * Milliseconds of `predict` for one sample, result read back: the median for each model, measured in turns. Models that
 * take long are measured less often, so that all of it is a matter of seconds.
 */
export async function latencies(models: readonly Predictor[], { samples, ...options }: LatencyOptions): Promise<number[]> {
  const inputs = models.map((model) => samplesFor(model, samples).inputs.map(({ shape }) => tf.zeros([1, ...shape])));
  try {
    const spreads = await inTurns(
      models.map((model, i) => () => predictOnce(model, inputs[i] ?? [])),
      options,
    );
    return spreads.map(({ median }) => median);
  } finally {
    tf.dispose(inputs);
  }
}

/** One prediction, its result read back. */
export async function predictOnce(model: Predictor, inputs: readonly tf.Tensor[]): Promise<void> {
  const outputs = model.predict(inputs.length === 1 ? (inputs[0] as tf.Tensor) : [...inputs]);
  await Promise.all([outputs].flat().map((output) => output.data()));
  tf.dispose(outputs);
}
