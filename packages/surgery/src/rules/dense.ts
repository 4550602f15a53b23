import { makes, reads, type ShapeRule } from '../shape-rule.ts';
import { mixesUnits } from './activation-values.ts';
import { inputOf, MIXES } from './common.ts';
import { linearConstants, zerosPassed } from './linear.ts';

/** Units on the last axis; the others pass. */
export const dense: ShapeRule = {
  channels(call) {
    const { channels } = inputOf(call);
    const units = call.make(call.config['units'] as number);
    if (mixesUnits(call.config['activation'])) call.keep(units, MIXES);
    return {
      outputs: [[...channels.slice(0, -1), units]],
      weights: { kernel: [reads(channels.at(-1) ?? null), makes(units)], bias: [makes(units)] },
    };
  },
  resize: (config, { weights }) => ({ ...config, units: weights['kernel']?.[1] }),
  constants(call) {
    const { constants } = inputOf(call);
    const inputs = constants.at(-1) ?? null;
    const units = linearConstants(call, { kernel: 'kernel', inputs, isUniform: true });
    return { outputs: [[...constants.slice(0, -1).map((each) => zerosPassed(call, each)), units]], reads: { kernel: inputs } };
  },
};
