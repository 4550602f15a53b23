import { makes, type ShapeRule } from '../shape-rule.ts';
import { inputOf } from './common.ts';

/** Units on a new last axis, a column each; the words are all kept. */
export const embedding: ShapeRule = {
  channels(call) {
    const { channels } = inputOf(call);
    for (const each of channels) call.keep(each, 'looks them up');
    const units = call.make(call.config['outputDim'] as number);
    return { outputs: [[...channels.map(() => null), units]], weights: { embeddings: [null, makes(units)] } };
  },
  resize: (config, { weights }) => ({ ...config, outputDim: weights['embeddings']?.[1] }),
  constants(call) {
    const { values, shape } = call.weights['embeddings'] as (typeof call.weights)[string];
    const units = shape[1] as number;
    const constants = Float32Array.from({ length: units }, (_, unit) => {
      for (let i = unit; i < values.length; i += units) if (values[i] !== values[unit]) return Number.NaN;
      return values[unit] as number;
    });
    return { outputs: [[...inputOf(call).shape.map(() => null), constants]] };
  },
};
