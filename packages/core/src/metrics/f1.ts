import * as tf from '@tensorflow/tfjs';
import { classified } from '../classified.ts';
import type { Metric } from '../metric.ts';

/**
 * F1 = 2·hits / (answers + samples) of each class, and their mean over the classes that occur: a class that pruning has
 * lost weighs as much as one with many samples. (Macro-averaged F1.)
 */
export class MacroF1 implements Metric {
  readonly task = 'classification';
  readonly unit = 'share';

  /** Hits, answers and samples of each class. */
  sums(target: tf.Tensor, output: tf.Tensor): tf.Tensor {
    const { wanted, probabilities } = classified(target, output);
    const classes = probabilities.shape[1];
    const samples = tf.oneHot(wanted, classes);
    const answers = tf.oneHot(tf.argMax(probabilities, 1) as tf.Tensor1D, classes);
    return tf.stack([tf.mul(samples, answers), answers, samples].map((each) => tf.sum(each, 0)));
  }

  value(sums: Float64Array): number {
    const classes = sums.length / 3;
    const of = (row: number, one: number) => sums[row * classes + one] as number;
    const occurring = Array.from({ length: classes }, (_, one) => one).filter((one) => of(2, one) > 0);
    return occurring.reduce((sum, one) => sum + (2 * of(0, one)) / (of(1, one) + of(2, one)), 0) / occurring.length;
  }
}
