import { defineShapeRule, type ShapeRule } from '../shape-rule.ts';
import { rnn } from './cells.ts';
import { convolution, depthwiseConvolution, separableConvolution, transposedConvolution } from './convolution.ts';
import { dense } from './dense.ts';
import { activation, elu, leakyRelu, masking, passing, relu, rescaling, softmax, thresholdedRelu } from './elementwise.ts';
import { embedding } from './embedding.ts';
import { flatten, permute, repeatVector, reshape } from './layout.ts';
import { add, average, concatenate, dot, maximum, minimum, multiply, subtract } from './merge.ts';
import { batchNormalization, layerNormalization, prelu } from './normalisation.ts';
import { cropping, padding, pooling, upSampling } from './pooling.ts';
import { recurrent } from './recurrent.ts';
import { bidirectional, timeDistributed } from './wrappers.ts';

/** The table: how channels go through each type of layer that tfjs has. */
const RULES: Readonly<Record<string, ShapeRule>> = {
  Dense: dense,
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv2D: separableConvolution,
  Embedding: embedding,
  SimpleRNN: recurrent('SimpleRNN'),
  LSTM: recurrent('LSTM'),
  GRU: recurrent('GRU'),
  ConvLSTM2D: recurrent('ConvLSTM2D'),
  RNN: rnn,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed,

  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,

  Activation: activation,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  ELU: elu,
  ThresholdedReLU: thresholdedRelu,
  PReLU: prelu,
  Softmax: softmax,
  Dropout: passing,
  SpatialDropout1D: passing,
  AlphaDropout: passing,
  GaussianDropout: passing,
  GaussianNoise: passing,
  Masking: masking,
  Rescaling: rescaling,

  MaxPooling1D: pooling,
  MaxPooling2D: pooling,
  MaxPooling3D: pooling,
  AveragePooling1D: pooling,
  AveragePooling2D: pooling,
  AveragePooling3D: pooling,
  GlobalMaxPooling1D: pooling,
  GlobalMaxPooling2D: pooling,
  GlobalAveragePooling1D: pooling,
  GlobalAveragePooling2D: pooling,
  ZeroPadding2D: padding,
  Cropping2D: cropping,
  CenterCrop: cropping,
  UpSampling2D: upSampling,
  Resizing: upSampling,
  RandomWidth: upSampling,
  RandomHeight: upSampling,

  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,

  Add: add,
  Subtract: subtract,
  Multiply: multiply,
  Average: average,
  Maximum: maximum,
  Minimum: minimum,
  Concatenate: concatenate,
  Dot: dot,
};

for (const [type, rule] of Object.entries(RULES)) defineShapeRule(type, rule);
