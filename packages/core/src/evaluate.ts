import * as tf from '@tensorflow/tfjs';
import { batches, samplesFor } from './batch.ts';
import { breathe } from './breathe.ts';
import type { Samples } from './data.ts';
import { Cancelled, EspalierError } from './errors.ts';
import { Forward } from './forward.ts';
import type { Loss } from './loss.ts';

/** How good a model is on some samples. */
export interface Evaluation {
  readonly loss: number;
  /** The share of right classes, 0 to 1; null for regression. */
  readonly accuracy: number | null;
}

export interface EvaluateOptions {
  readonly task: 'classification' | 'regression';
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

/** Loss and accuracy of a model as it stands, dropout off. With more than one output, accuracy is their mean. */
export async function evaluate(model: tf.LayersModel, samples: Samples, loss: Loss, options: EvaluateOptions): Promise<Evaluation> {
  if (samples.size === 0) throw new EspalierError('there are no samples to evaluate on');
  const fitting = samplesFor(model, samples);
  const forward = new Forward(model, loss);
  let lossSum = 0;
  let right = 0;
  let asked = 0;
  for (const batch of batches(fitting, options.batchSize ?? 1000)) {
    const results = tf.tidy(() => {
      const outputs = forward.outputs(batch.inputs, false);
      const mean = forward.lossOf(outputs, batch.targets);
      if (options.task === 'regression') return [mean];
      return [mean, ...outputs.flatMap((output, i) => rightOnes(output, batch.targets[i] as tf.Tensor, forward.hasLogits(i) ? 0 : 0.5))];
    });
    tf.dispose([batch.inputs, batch.targets]);
    const [mean, ...counts] = await Promise.all(results.map(async (tensor) => (await tensor.data())[0] as number));
    tf.dispose(results);
    lossSum += (mean as number) * batch.size;
    for (let i = 0; i < counts.length; i += 2) {
      right += counts[i] as number;
      asked += counts[i + 1] as number;
    }
    await breathe();
    if (options.signal?.aborted) throw new Cancelled();
  }
  return { loss: lossSum / samples.size, accuracy: options.task === 'classification' ? right / asked : null };
}

/**
 * How many answers of a batch are right, and how many there are; whole numbers, so that shares are exact. One output
 * unit is a yes-or-no question, decided at `half`.
 */
function rightOnes(output: tf.Tensor, target: tf.Tensor, half: number): [tf.Tensor, tf.Tensor] {
  const classes = output.shape[output.shape.length - 1] as number;
  const isOneHot = target.size === output.size && classes > 1;
  const wanted = isOneHot ? tf.argMax(target, -1) : tf.cast(target, 'int32');
  const given = classes === 1 ? tf.cast(tf.greater(output, half), 'int32') : tf.cast(tf.argMax(output, -1), 'int32');
  const hits = tf.equal(tf.reshape(given, wanted.shape), wanted);
  return [tf.sum(tf.cast(hits, 'int32')), tf.scalar(wanted.size, 'int32')];
}
