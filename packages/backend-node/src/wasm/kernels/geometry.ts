import * as tf from '@tensorflow/tfjs';

export interface Geometry {
  outHeight: number;
  outWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  /** Rows and columns of zeros before the first ones of the input. */
  top: number;
  left: number;
}

/** How a convolution lies over its input, computed by tfjs itself so that it cannot differ from the forward pass. */
export function conv2dGeometry(
  input: readonly number[],
  filter: readonly number[],
  options: {
    strides: [number, number] | number;
    pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
    dilations?: [number, number] | number;
    dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
    depthwise?: boolean;
  },
): Geometry {
  const { strides, pad, dilations = 1, dimRoundingMode, depthwise = false } = options;
  const four = (shape: readonly number[]) => shape as [number, number, number, number];
  const info = tf.backend_util.computeConv2DInfo(four(input), four(filter), strides, dilations, pad, dimRoundingMode, depthwise);
  const { outHeight, outWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  return { outHeight, outWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, top: padInfo.top, left: padInfo.left };
}
