import { repeatEach } from '../channels.ts';
import { type Constants, type ConstantsCall, makes, reads, type ShapeRule, scales, type WeightAxis } from '../shape-rule.ts';
import { activationValue, mixesUnits } from './activation-values.ts';
import { padsNothing } from './borders.ts';
import { channelAxis, inputOf, keepOthers, MIXES, onAxis, outputRank } from './common.ts';
import { linearConstants } from './linear.ts';

const SLIDES = 'slides over them';

/** Conv1D, Conv2D, Conv3D: kernel [..., inputs, filters]. */
export const convolution = convolutionRule(false);

/** Conv2DTranspose, Conv3DTranspose: kernel [..., filters, inputs]. */
export const transposedConvolution = convolutionRule(true);

function convolutionRule(isTransposed: boolean): ShapeRule {
  return {
    channels(call) {
      const input = inputOf(call);
      const rank = input.shape.length;
      const axis = channelAxis(call.config, rank);
      keepOthers(call, input, [axis], SLIDES);
      const filters = call.make(call.config['filters'] as number);
      if (mixesUnits(call.config['activation'])) call.keep(filters, MIXES);
      const ends = [reads(input.channels[axis] ?? null), makes(filters)];
      if (isTransposed) ends.reverse();
      const kernel: WeightAxis[] = [...Array.from({ length: rank - 2 }, () => null), ...ends];
      return { outputs: [onAxis(rank, axis, filters)], weights: { kernel, bias: [makes(filters)] } };
    },
    resize: (config, { weights }) => ({ ...config, filters: weights['kernel']?.at(isTransposed ? -2 : -1) }),
    constants(call) {
      const { inputs, axis } = channelsIn(call);
      // Where a transposed convolution's strides leave gaps, an input does not reach every output alike.
      const isUniform = !isTransposed && padsNothing(call.config, inputOf(call).shape);
      const filters = linearConstants(call, { kernel: 'kernel', isTransposed, inputs, isUniform });
      return { outputs: [onAxis(outputRank(call), axis, filters)], reads: { kernel: inputs } };
    },
  };
}

/** Kernel [height, width, inputs, multiplier]: its output channel i belongs to its input's channel i / multiplier. */
export const depthwiseConvolution: ShapeRule = {
  channels(call) {
    const input = inputOf(call);
    const axis = channelAxis(call.config, input.shape.length);
    keepOthers(call, input, [axis], SLIDES);
    const channels = input.channels[axis] ?? null;
    const made = repeatEach(channels, call.weights['depthwise_kernel']?.at(-1) ?? 1);
    if (mixesUnits(call.config['activation'])) call.keep(made, MIXES);
    return {
      outputs: [onAxis(input.shape.length, axis, made)],
      weights: { depthwise_kernel: [null, null, scales(channels), null], bias: [scales(made)] },
    };
  },
  constants(call) {
    const { inputs, axis } = channelsIn(call);
    const bias = call.weights['bias']?.values;
    const { activation } = call.config;
    const made = mixesUnits(activation)
      ? null
      : depthwiseSums(call, inputs).map((sum, i) => (Number.isNaN(sum) ? sum : activationValue(activation, sum + (bias?.[i] ?? 0))));
    return { outputs: [onAxis(outputRank(call), axis, made)] };
  },
};

/** A depthwise kernel and a pointwise one that sums over what it made. */
export const separableConvolution: ShapeRule = {
  channels(call) {
    const input = inputOf(call);
    const axis = channelAxis(call.config, input.shape.length);
    keepOthers(call, input, [axis], SLIDES);
    const channels = input.channels[axis] ?? null;
    const filters = call.make(call.config['filters'] as number);
    if (mixesUnits(call.config['activation'])) call.keep(filters, MIXES);
    return {
      outputs: [onAxis(input.shape.length, axis, filters)],
      weights: {
        depthwise_kernel: [null, null, scales(channels), null],
        pointwise_kernel: [null, null, reads(repeatEach(channels, call.weights['depthwise_kernel']?.at(-1) ?? 1)), makes(filters)],
        bias: [makes(filters)],
      },
    };
  },
  resize: (config, { weights }) => ({ ...config, filters: weights['pointwise_kernel']?.at(-1) }),
  constants(call) {
    const { inputs, axis } = channelsIn(call);
    const between = depthwiseSums(call, inputs);
    const filters = linearConstants(call, { kernel: 'pointwise_kernel', inputs: between, isUniform: true });
    return { outputs: [onAxis(outputRank(call), axis, filters)], reads: { pointwise_kernel: between } };
  },
};

function channelsIn(call: ConstantsCall): { inputs: Constants; axis: number } {
  const { constants, shape } = inputOf(call);
  const axis = channelAxis(call.config, shape.length);
  return { inputs: constants[axis] ?? null, axis };
}

/** Σ w·k of each channel that a depthwise kernel makes; NaN where it varies. */
function depthwiseSums({ weights, config }: ConstantsCall, inputs: Constants): Float32Array {
  const { values, shape } = weights['depthwise_kernel'] as ConstantsCall['weights'][string];
  const made = (shape[2] as number) * (shape[3] as number);
  const sums = new Float32Array(made);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const channel = i % made;
    const constant = inputs?.[Math.floor(channel / (shape[3] as number))] ?? Number.NaN;
    if (value === 0 || constant === 0) continue;
    sums[channel] = config['padding'] === 'valid' ? (sums[channel] as number) + value * constant : Number.NaN;
  }
  return sums;
}
