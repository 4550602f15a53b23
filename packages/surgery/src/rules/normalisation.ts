import { type ConstantsCall, type ShapeRule, scales, type WeightAxis } from '../shape-rule.ts';
import { inputOf, MIXES, positiveAxis } from './common.ts';

/** A scale and a shift per channel; what passes on the other axes is none of its business. */
export const batchNormalization: ShapeRule = {
  channels(call) {
    const { channels, shape } = inputOf(call);
    const axis = positiveAxis((call.config['axis'] as number | undefined) ?? -1, shape.length);
    const each: readonly WeightAxis[] = [scales(channels[axis] ?? null)];
    return { outputs: [channels], weights: { gamma: each, beta: each, moving_mean: each, moving_variance: each } };
  },
  constants(call) {
    const { constants, shape } = inputOf(call);
    const axis = positiveAxis((call.config['axis'] as number | undefined) ?? -1, shape.length);
    const number = (name: string, byDefault: number) => (channel: number) => call.weights[name]?.values[channel] ?? byDefault;
    const [gamma, beta, mean, variance] = [number('gamma', 1), number('beta', 0), number('moving_mean', 0), number('moving_variance', 1)];
    const epsilon = (call.config['epsilon'] as number | undefined) ?? 1e-3;
    const size = call.weights['moving_mean']?.shape[0] ?? 0;
    const scaled = Float32Array.from({ length: size }, (_, i) => {
      if (gamma(i) === 0) return beta(i);
      return ((constants[axis]?.[i] ?? Number.NaN) - mean(i)) * (gamma(i) / Math.sqrt(variance(i) + epsilon)) + beta(i);
    });
    return { outputs: [constants.map((_, i) => (i === axis ? scaled : null))] };
  },
};

/** Mean and variance are over channels: one that is gone changes what the others become. */
export const layerNormalization: ShapeRule = {
  channels(call) {
    const { channels, shape } = inputOf(call);
    const axes = [call.config['axis'] ?? -1].flat() as number[];
    for (const axis of axes)
      call.keep(channels[positiveAxis(axis, shape.length)] ?? null, `${MIXES}: their mean and variance would change`);
    return { outputs: [channels] };
  },
};

/** A slope for each place, or for each channel where the other axes share theirs. */
export const prelu: ShapeRule = {
  channels(call) {
    const { channels } = inputOf(call);
    const shared = ((call.config['sharedAxes'] ?? []) as number[]).map((axis) => positiveAxis(axis, channels.length));
    const alpha = channels.slice(1).map((each, i) => (shared.includes(i + 1) ? null : scales(each)));
    return { outputs: [channels], weights: { alpha } };
  },
  constants(call) {
    const { constants } = inputOf(call);
    return { outputs: [constants.map((each, axis) => each?.map((value, i) => preluOf(call, value, axis, i)) ?? null)] };
  },
};

/** What is not negative passes; what is, is known only where one slope belongs to it. */
function preluOf({ weights }: ConstantsCall, value: number, axis: number, position: number): number {
  const { shape, values } = weights['alpha'] as ConstantsCall['weights'][string];
  if (value >= 0 || Number.isNaN(value)) return value;
  const isAlone = shape.every((size, i) => size === 1 || i + 1 === axis);
  return isAlone ? value * (values[shape[axis - 1] === 1 ? 0 : position] as number) : Number.NaN;
}
