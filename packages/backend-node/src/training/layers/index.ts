import { activation, relu } from './activation.ts';
import { batchNormalization } from './batch-norm.ts';
import { conv1dLayer, conv2dLayer, depthwiseLayer, separableLayer } from './convolution.ts';
import { dense } from './dense.ts';
import { averagePooling, globalAveragePooling, maxPooling } from './pooling.ts';
import type { LayerRule } from './rule.ts';
import { adding, concatenating, reshaping, zeroPadding } from './shape.ts';

/** By a layer's class name. A layer that is not here trains through the tape, and its model with it. */
export const LAYER_RULES: Readonly<Record<string, LayerRule>> = {
  Activation: activation,
  Add: adding,
  AveragePooling2D: averagePooling,
  BatchNormalization: batchNormalization,
  Concatenate: concatenating,
  Conv1D: conv1dLayer,
  Conv2D: conv2dLayer,
  Dense: dense,
  DepthwiseConv2D: depthwiseLayer,
  Flatten: reshaping,
  GlobalAveragePooling2D: globalAveragePooling,
  MaxPooling2D: maxPooling,
  ReLU: relu,
  Reshape: reshaping,
  SeparableConv2D: separableLayer,
  ZeroPadding2D: zeroPadding,
};
