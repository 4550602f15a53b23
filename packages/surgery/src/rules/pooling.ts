import type { ShapeRule } from '../shape-rule.ts';
import { channelAxis, inputOf, keepOthers, onAxis, outputRank } from './common.ts';

/** Channels pass, places do not: pooling, padding, cropping, upsampling, resizing of images and sequences. */
function channelsPass(why: string, passing: (value: number) => number = (value) => value): ShapeRule {
  return {
    channels(call) {
      const input = inputOf(call);
      const rank = input.shape.length;
      const axis = channelAxis(call.config, rank);
      keepOthers(call, input, [axis], why);
      const to = outputRank(call);
      // What pools over all places leaves the batch and the channels.
      return { outputs: [onAxis(to, to === 2 ? 1 : axis, input.channels[axis] ?? null)] };
    },
    constants(call) {
      const { constants, shape } = inputOf(call);
      const axis = channelAxis(call.config, shape.length);
      const to = outputRank(call);
      return { outputs: [onAxis(to, to === 2 ? 1 : axis, constants[axis]?.map(passing) ?? null)] };
    },
  };
}

export const pooling: ShapeRule = channelsPass('pools them');
export const cropping: ShapeRule = channelsPass('crops them');
export const upSampling: ShapeRule = channelsPass('stretches them');
/** Zeros stand beside what was constant: only zero is still the same everywhere. */
export const padding: ShapeRule = channelsPass('pads them', (value) => (value === 0 ? 0 : Number.NaN));
