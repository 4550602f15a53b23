import * as tf from '@tensorflow/tfjs';
import { conv2dGeometry } from './geometry.ts';
import { kernel } from './kernel.ts';
import { padOrCrop } from './pad-or-crop.ts';

interface Attributes {
  strides: [number, number] | number;
  pad: 'same' | 'valid' | number;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a convolution by its filter, which is itself a convolution: of the input, its samples taken for
 * channels, with the output's gradient for a filter; what was a stride is a dilation then.
 *
 *     dW[kh, kw, ci, co] = Σ n,i,j  x[n, i·s + kh − p, j·s + kw − p, ci] · dy[n, i, j, co]
 *
 * Goodfellow, 2010, "Technical report: multidimensional, downsampled convolution for autoencoders".
 */
export const conv2DBackpropFilter = kernel<{ x: tf.Tensor4D; dy: tf.Tensor4D }, Attributes>(
  'Conv2DBackpropFilter',
  ({ x, dy }, attributes) => {
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attributes;
    const geometry = conv2dGeometry(x.shape, filterShape, { strides, pad, dimRoundingMode });
    if (dataFormat === 'NCHW') throw new Error('Conv2DBackpropFilter: data must be NHWC on WebAssembly');
    const [filterHeight, filterWidth] = filterShape;
    // What of the (padded) input the filter touches at all; the rest of a "valid" convolution never entered it.
    const height = (geometry.outHeight - 1) * geometry.strideHeight + filterHeight;
    const width = (geometry.outWidth - 1) * geometry.strideWidth + filterWidth;
    const seen = padOrCrop(padOrCrop(x, 1, geometry.top, height), 2, geometry.left, width);
    const samplesAsChannels = tf.transpose(seen, [3, 1, 2, 0]);
    const gradientAsFilter = tf.transpose(dy, [1, 2, 0, 3]);
    const dilations: [number, number] = [geometry.strideHeight, geometry.strideWidth];
    const filters = tf.conv2d(samplesAsChannels, gradientAsFilter, 1, 'valid', 'NHWC', dilations);
    return tf.transpose(filters, [1, 2, 0, 3]);
  },
);
