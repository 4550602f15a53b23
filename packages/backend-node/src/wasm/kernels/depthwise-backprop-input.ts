import * as tf from '@tensorflow/tfjs';
import { conv2dGeometry } from './geometry.ts';
import { kernel } from './kernel.ts';
import { padOrCrop } from './pad-or-crop.ts';
import { spread } from './spread.ts';

interface Attributes {
  strides: [number, number] | number;
  dilations: [number, number] | number;
  pad: 'same' | 'valid' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  inputShape: [number, number, number, number];
}

/**
 * The gradient of a depthwise convolution by its input: the output's gradient, its places spread apart by the stride,
 * convolved with the filter turned by 180 degrees. Each of the filters that a channel has adds its share.
 */
export const depthwiseBackpropInput = kernel<{ dy: tf.Tensor4D; filter: tf.Tensor4D }, Attributes>(
  'DepthwiseConv2dNativeBackpropInput',
  ({ dy, filter }, { strides, dilations, pad, dimRoundingMode, inputShape }) => {
    const [filterHeight, filterWidth, channels, multiplier] = filter.shape;
    const [samples, height, width] = inputShape;
    const g = conv2dGeometry(inputShape, filter.shape, { strides, pad, dilations, dimRoundingMode, depthwise: true });
    const [spanHeight, spanWidth] = [(filterHeight - 1) * g.dilationHeight, (filterWidth - 1) * g.dilationWidth];
    const turned = tf.reverse(filter, [0, 1]);
    const perFilter = tf.reshape(dy, [samples * g.outHeight * g.outWidth, channels, multiplier]);
    const shares: tf.Tensor4D[] = [];
    for (let which = 0; which < multiplier; which += 1) {
      const share = tf.reshape(tf.slice(perFilter, [0, 0, which], [-1, -1, 1]), [samples, g.outHeight, g.outWidth, channels]);
      const apart = spread(share as tf.Tensor4D, g.strideHeight, g.strideWidth);
      const framed = padOrCrop(padOrCrop(apart, 1, spanHeight - g.top, height + spanHeight), 2, spanWidth - g.left, width + spanWidth);
      const own = tf.slice(turned, [0, 0, 0, which], [-1, -1, -1, 1]);
      shares.push(tf.depthwiseConv2d(framed, own, 1, 'valid', 'NHWC', [g.dilationHeight, g.dilationWidth]));
    }
    return shares.length === 1 ? (shares[0] as tf.Tensor) : tf.addN(shares);
  },
);
