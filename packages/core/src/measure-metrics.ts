import * as tf from '@tensorflow/tfjs';
import { batches, samplesFor } from './batch.ts';
import { breathe } from './breathe.ts';
import type { Samples } from './data.ts';
import { Cancelled, EspalierError } from './errors.ts';
import { partInWords } from './made-part.ts';
import type { Metric } from './metric.ts';

export interface MeasureMetricsOptions {
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

/**
 * Metrics of a model as it stands, dropout off, all in one pass; in their order. With more than one output, the mean of
 * a metric over them.
 *
 * @throws EspalierError naming the metric that fails, or whose sums change their shape.
 */
export async function measureMetrics(
  model: tf.LayersModel,
  samples: Samples,
  metrics: readonly Metric[],
  { batchSize = 1000, signal }: MeasureMetricsOptions = {},
): Promise<number[]> {
  if (metrics.length === 0) return [];
  const sums = metrics.map(() => model.outputs.map((): Float64Array | undefined => undefined));
  for (const batch of batches(samplesFor(model, samples), batchSize)) {
    let added: tf.Tensor[][] = [];
    try {
      added = tf.tidy(() => {
        const answer = model.apply(batch.inputs.length === 1 ? (batch.inputs[0] as tf.Tensor) : batch.inputs, { training: false });
        const outputs = [answer].flat() as tf.Tensor[];
        return metrics.map((metric) => outputs.map((output, i) => sumsOf(metric, batch.targets[i] as tf.Tensor, output)));
      });
      for (const [m, ofOutputs] of added.entries())
        for (const [o, tensor] of ofOutputs.entries()) {
          const own = sums[m] as (Float64Array | undefined)[];
          own[o] = plus(own[o], await tensor.data(), metrics[m] as Metric);
        }
    } finally {
      tf.dispose([batch.inputs, batch.targets, added]);
    }
    await breathe();
    if (signal?.aborted) throw new Cancelled();
  }
  return metrics.map((metric, m) => mean((sums[m] as Float64Array[]).map((own) => figureOf(metric, own))));
}

function sumsOf(metric: Metric, target: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const sums = asking(metric, () => metric.sums(target, output));
  if (!(sums instanceof tf.Tensor)) throw new EspalierError({ where: partInWords(metric), what: 'gives sums that are no tensor' });
  return sums;
}

function figureOf(metric: Metric, sums: Float64Array): number {
  const value = asking(metric, () => metric.value(sums));
  if (typeof value !== 'number') throw new EspalierError({ where: partInWords(metric), what: 'gives a value that is no number' });
  return value;
}

function asking<T>(metric: Metric, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EspalierError({ where: partInWords(metric), what: 'failed', why }, { cause: error });
  }
}

function plus(sums: Float64Array | undefined, more: ArrayLike<number>, metric: Metric): Float64Array {
  if (sums === undefined) return Float64Array.from(more);
  if (sums.length !== more.length) {
    const what = `gives ${more.length} sums of a batch, and ${sums.length} of the one before`;
    throw new EspalierError({
      where: partInWords(metric),
      what,
      remedy: 'Sums have the same shape for each batch, also for a smaller one',
    });
  }
  return sums.map((sum, i) => sum + (more[i] as number));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
