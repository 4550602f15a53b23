import type { Value } from '../builder.ts';
import { activate, apply, binary, scale, softmax as softmaxOf } from '../operations/elementwise.ts';
import { withMask } from '../operations/layout.ts';
import { inputOf, refuse, type SparseCall, type SparseRule, sampleAxis, valuesOf } from '../sparse-rule.ts';

/** What gives what it is given, once training is over. */
export const passing: SparseRule = (call) => inputOf(call);

export const activation: SparseRule = (call, build) => activate(build, inputOf(call), call.config['activation']);

export const relu: SparseRule = (call, build) => {
  const most = call.config['maxValue'] ?? null;
  return apply(build, inputOf(call), most === null ? { name: 'relu', alpha: 1 } : { name: 'clipped', alpha: Number(most) });
};

export const leakyRelu: SparseRule = (call, build) =>
  unmasked(apply(build, inputOf(call), { name: 'leakyRelu', alpha: numberOf(call, 'alpha', 0.3) }));

export const elu: SparseRule = (call, build) => unmasked(apply(build, inputOf(call), { name: 'elu', alpha: numberOf(call, 'alpha', 1) }));

export const thresholdedRelu: SparseRule = (call, build) =>
  unmasked(apply(build, inputOf(call), { name: 'thresholded', alpha: numberOf(call, 'theta', 1) }));

export const prelu: SparseRule = (call, build) => {
  const value = inputOf(call);
  const shape = call.weights['alpha']?.shape ?? [];
  return withMask(binary(build, 'prelu', value, { shape, constant: valuesOf(call, 'alpha') }), value.mask);
};

export const softmax: SparseRule = (call, build) => {
  const value = inputOf(call);
  const axes = [call.config['axis'] ?? -1].flat() as number[];
  if (axes.length !== 1) refuse(call, 'is over several axes', 'Reshape them into one');
  if (value.mask !== undefined) refuse(call, 'is given a mask, which tfjs adds to it in a way of its own', 'Use a softmax activation');
  if (sampleAxis(axes[0] as number, value.shape.length) !== value.shape.length - 1)
    refuse(call, 'is over another axis than the last, which tfjs cannot run');
  return softmaxOf(build, value);
};

export const rescaling: SparseRule = (call, build) =>
  unmasked(scale(build, inputOf(call), numberOf(call, 'scale', 1), numberOf(call, 'offset', 0)));

function numberOf({ config }: SparseCall, name: string, otherwise: number): number {
  return Number(config[name] ?? otherwise);
}

/** tfjs passes no mask on through these. */
function unmasked(value: Value): Value {
  return withMask(value, undefined);
}
