import { sizeOf } from '../../plan/storage.ts';
import { affine, groups } from '../operations/elementwise.ts';
import { settled, withMask } from '../operations/layout.ts';
import { biasOf, inputOf, refuse, type SparseRule, sampleAxis, valuesOf } from '../sparse-rule.ts';

/** A batch norm that could not be folded: x · factor + shift. */
export const batchNormalization: SparseRule = (call, build) => {
  if (call.args['training'] === true) refuse(call, 'normalises by the batch (training: true)', 'Call it without training');
  const value = settled(build, inputOf(call));
  const axis = sampleAxis(Number(call.config['axis'] ?? -1), value.shape.length);
  if (axis !== value.shape.length - 1) refuse(call, 'normalises another axis than the last, on which backends of tfjs do not agree');
  const [mean, variance] = [valuesOf(call, 'moving_mean'), valuesOf(call, 'moving_variance')];
  const [gamma, beta] = [biasOf(call, 'gamma'), biasOf(call, 'beta')];
  const epsilon = Number(call.config['epsilon'] ?? 1e-3);
  const { factor, shift } = build.once(mean, `affine ${build.layer}`, () => {
    const factor = mean.map((_, i) => (gamma?.[i] ?? 1) / Math.sqrt((variance[i] as number) + epsilon));
    return { factor, shift: factor.map((each, i) => (beta?.[i] ?? 0) - (mean[i] as number) * each) };
  });
  return withMask(affine(build, value, factor, shift), value.mask);
};

export const layerNormalization: SparseRule = (call, build) => {
  const value = settled(build, inputOf(call));
  const { shape } = value;
  // The weights are in the order of the axes, in whatever order those are named.
  const axes = ([call.config['axis'] ?? -1].flat() as number[]).map((axis) => sampleAxis(axis, shape.length)).sort((a, b) => a - b);
  if (axes.some((axis) => axis < 0)) refuse(call, 'normalises over the batch');
  const size = sizeOf(axes.map((axis) => shape[axis] as number));
  const [gamma, beta] = [biasOf(call, 'gamma'), biasOf(call, 'beta')];
  const to = build.value(shape);
  build.step({
    operation: 'normalise',
    reads: [value],
    writes: [to],
    weights: [gamma ?? new Float32Array(size).fill(1), beta ?? new Float32Array(size)],
    options: { ...groups(shape, axes), epsilon: Number(call.config['epsilon'] ?? 1e-3) },
  });
  return withMask(to, value.mask);
};
