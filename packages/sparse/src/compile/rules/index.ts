import { defineOurRules, type SparseRule } from '../sparse-rule.ts';
import { activation, elu, leakyRelu, passing, prelu, relu, rescaling, softmax, thresholdedRelu } from './elementwise.ts';
import { centerCrop, cropping, flatten, permute, repeatVector, reshape, unrunnable, upSampling, zeroPadding } from './layout.ts';
import {
  convolution,
  dense,
  depthwiseConvolution,
  separableConvolution,
  transposedConvolution,
  transposedVolumeConvolution,
  volumeConvolution,
} from './linear.ts';
import { average, concatenate, dot, merged } from './merge.ts';
import { batchNormalization, layerNormalization } from './normalisation.ts';
import { globalPooling, pooling, volumePooling } from './pooling.ts';
import { bidirectional, convLstm2d, recurrent, rnn } from './recurrent.ts';
import { embedding, masking } from './sequence.ts';
import { timeDistributed } from './time-distributed.ts';

/** The table: how each type of layer that tfjs has is run. */
const RULES: Readonly<Record<string, SparseRule>> = {
  Dense: dense,
  Conv1D: convolution,
  Conv2D: convolution,
  Conv2DTranspose: transposedConvolution,
  Conv3D: volumeConvolution,
  Conv3DTranspose: transposedVolumeConvolution,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv2D: separableConvolution,
  Embedding: embedding,
  SimpleRNN: recurrent('simple'),
  LSTM: recurrent('lstm'),
  GRU: recurrent('gru'),
  RNN: rnn,
  ConvLSTM2D: convLstm2d,
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

  MaxPooling1D: pooling('max'),
  MaxPooling2D: pooling('max'),
  AveragePooling1D: pooling('average'),
  AveragePooling2D: pooling('average'),
  MaxPooling3D: volumePooling('max'),
  AveragePooling3D: volumePooling('average'),
  GlobalMaxPooling1D: globalPooling('max'),
  GlobalMaxPooling2D: globalPooling('max'),
  GlobalAveragePooling1D: globalPooling('average'),
  GlobalAveragePooling2D: globalPooling('average'),
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  CenterCrop: centerCrop,
  UpSampling2D: upSampling,
  Resizing: unrunnable,
  RandomWidth: unrunnable,

  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,

  Add: merged('add'),
  Subtract: merged('subtract'),
  Multiply: merged('multiply'),
  Maximum: merged('maximum'),
  Minimum: merged('minimum'),
  Average: average,
  Concatenate: concatenate,
  Dot: dot,
};

defineOurRules(RULES);
