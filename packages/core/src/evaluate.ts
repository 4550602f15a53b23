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
  for (const batch of batches(fitting, options.batchSize ?? 1000)) {
    await breathe();
    if (options.signal?.aborted) throw new Cancelled();
    const [mean, hits] = tf.tidy(() => {
      const outputs = forward.outputs(batch.inputs, false);
      const counts = outputs.map((output, i) => rightOnes(output, batch.targets[i] as tf.Tensor, forward.hasLogits(i) ? 0 : 0.5));
      const isCounted = options.task === 'classification';
      return [forward.lossOf(outputs, batch.targets), isCounted ? tf.addN(counts) : tf.scalar(0)];
    });
    for (const tensor of [...batch.inputs, ...batch.targets]) tensor.dispose();
    lossSum += ((await mean.data())[0] as number) * batch.size;
    right += (await hits.data())[0] as number;
    mean.dispose();
    hits.dispose();
  }
  const accuracy = options.task === 'classification' ? right / samples.size / model.outputs.length : null;
  return { loss: lossSum / samples.size, accuracy };
}

/** How many outputs of a batch name the right class. One output unit is a yes-or-no question, decided at `half`. */
function rightOnes(output: tf.Tensor, target: tf.Tensor, half: number): tf.Tensor {
  const classes = output.shape[output.shape.length - 1] as number;
  const isOneHot = target.size === output.size && classes > 1;
  const wanted = isOneHot ? tf.argMax(target, -1) : tf.cast(target, 'int32');
  const given = classes === 1 ? tf.cast(tf.greater(output, half), 'int32') : tf.cast(tf.argMax(output, -1), 'int32');
  return tf.cast(tf.sum(tf.cast(tf.equal(tf.reshape(given, wanted.shape), wanted), 'int32')), 'float32');
}
