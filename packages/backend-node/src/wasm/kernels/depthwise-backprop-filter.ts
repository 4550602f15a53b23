import * as tf from '@tensorflow/tfjs';
import { conv2dGeometry } from './geometry.ts';
import { kernel } from './kernel.ts';
import { padOrCrop } from './pad-or-crop.ts';

interface Attributes {
  strides: [number, number] | number;
  dilations: [number, number] | number;
  pad: 'same' | 'valid' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  filterShape: [number, number, number, number];
}

/**
 * The gradient of a depthwise convolution by its filter, place by place of the filter (they are few):
 *
 *     dW[kh, kw, c, m] = Σ n,i,j  x[n, i·s + kh·d − p, j·s + kw·d − p, c] · dy[n, i, j, c·M + m]
 */
export const depthwiseBackpropFilter = kernel<{ x: tf.Tensor4D; dy: tf.Tensor4D }, Attributes>(
  'DepthwiseConv2dNativeBackpropFilter',
  ({ x, dy }, { strides, dilations, pad, dimRoundingMode, filterShape }) => {
    const [filterHeight, filterWidth, channels, multiplier] = filterShape;
    const g = conv2dGeometry(x.shape, filterShape, { strides, pad, dilations, dimRoundingMode, depthwise: true });
    const reachHeight = (g.outHeight - 1) * g.strideHeight + 1;
    const reachWidth = (g.outWidth - 1) * g.strideWidth + 1;
    const height = reachHeight + (filterHeight - 1) * g.dilationHeight;
    const width = reachWidth + (filterWidth - 1) * g.dilationWidth;
    const seen = padOrCrop(padOrCrop(x, 1, g.top, height), 2, g.left, width);
    const samples = x.shape[0];
    const places = samples * g.outHeight * g.outWidth;
    const gradient = tf.reshape(dy, [places, channels, multiplier]);
    const gradients: tf.Tensor[] = [];
    for (let row = 0; row < filterHeight; row += 1) {
      for (let column = 0; column < filterWidth; column += 1) {
        const [top, left] = [row * g.dilationHeight, column * g.dilationWidth];
        const under = tf.stridedSlice(
          seen,
          [0, top, left, 0],
          [samples, top + reachHeight, left + reachWidth, channels],
          [1, g.strideHeight, g.strideWidth, 1],
        );
        gradients.push(tf.sum(tf.mul(tf.reshape(under, [places, channels, 1]), gradient), 0));
      }
    }
    return tf.reshape(tf.stack(gradients), filterShape);
  },
);
