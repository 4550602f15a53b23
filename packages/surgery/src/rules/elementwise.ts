import type { ShapeRule } from '../shape-rule.ts';
import { activationValue, mixesUnits } from './activation-values.ts';
import { inputOf, MIXES, mapConstants, positiveAxis } from './common.ts';

/** A function of each element alone. */
export function elementwise(f: (value: number, config: Readonly<Record<string, unknown>>) => number): ShapeRule {
  return {
    channels: (call) => ({ outputs: [inputOf(call).channels] }),
    constants: (call) => ({ outputs: [mapConstants(inputOf(call).constants, (value) => f(value, call.config))] }),
  };
}

/** Dropout and noise: nothing changes once training is over. */
export const passing: ShapeRule = elementwise((value) => value);

export const relu: ShapeRule = elementwise((value, { maxValue }) =>
  Math.min((maxValue as number | undefined) ?? Number.POSITIVE_INFINITY, Math.max(0, value)),
);

export const leakyRelu: ShapeRule = elementwise((value, { alpha }) => (value > 0 ? value : value * ((alpha as number | undefined) ?? 0.3)));

export const elu: ShapeRule = elementwise((value, { alpha }) =>
  value > 0 ? value : Math.expm1(value) * ((alpha as number | undefined) ?? 1),
);

export const thresholdedRelu: ShapeRule = elementwise((value, { theta }) => (value > ((theta as number | undefined) ?? 1) ? value : 0));

export const rescaling: ShapeRule = elementwise(
  (value, { scale, offset }) => value * (scale as number) + ((offset as number | undefined) ?? 0),
);

/** An activation as a layer; softmax looks at all channels at once. */
export const activation: ShapeRule = {
  channels(call) {
    const { channels } = inputOf(call);
    if (mixesUnits(call.config['activation'])) call.keep(channels.at(-1) ?? null, MIXES);
    return { outputs: [channels] };
  },
  constants(call) {
    const { constants } = inputOf(call);
    if (mixesUnits(call.config['activation'])) return { outputs: [constants.map(() => null)] };
    return { outputs: [mapConstants(constants, (value) => activationValue(call.config['activation'], value))] };
  },
};

export const softmax: ShapeRule = {
  channels(call) {
    const { channels, shape } = inputOf(call);
    for (const axis of [call.config['axis'] ?? 1].flat() as number[]) call.keep(channels[positiveAxis(axis, shape.length)] ?? null, MIXES);
    return { outputs: [channels] };
  },
};

/** Which steps are masked is seen in all channels at once. */
export const masking: ShapeRule = {
  channels(call) {
    const { channels } = inputOf(call);
    call.keep(channels.at(-1) ?? null, 'masks a step by all its channels');
    return { outputs: [channels] };
  },
};
