import * as tf from '@tensorflow/tfjs';
import { kernel } from './kernel.ts';

/**
 * Sums rows by the segment that each belongs to: what the gradient of `gather`, so of an embedding, is made of.
 * Scattering adds up what falls on the same row.
 */
export const unsortedSegmentSum = kernel<{ x: tf.Tensor; segmentIds: tf.Tensor }, { numSegments: number }>(
  'UnsortedSegmentSum',
  ({ x, segmentIds }, { numSegments }) => {
    const rows = segmentIds.size;
    const row = x.shape.slice(segmentIds.rank);
    const indices = tf.reshape(segmentIds, [rows, 1]);
    return tf.scatterND(tf.cast(indices, 'int32'), tf.reshape(x, [rows, ...row]), [numSegments, ...row]);
  },
);
