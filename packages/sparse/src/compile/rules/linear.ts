import { filtersOf, turnedFilters } from '../filters.ts';
import { geometryOf, pair } from '../geometry.ts';
import { convolve } from '../operations/convolve.ts';
import { depthwise } from '../operations/depthwise.ts';
import { spread, withMask } from '../operations/layout.ts';
import { linear } from '../operations/linear.ts';
import { biasOf, inputOf, refuse, type SparseCall, type SparseRule, shapeOf, valuesOf } from '../sparse-rule.ts';
import { channelsLast, inModelOrder } from './images.ts';

/** Sums over the last axis. */
export const dense: SparseRule = (call, build) => {
  const value = inputOf(call);
  const filters = filtersOf(valuesOf(call, 'kernel'), shapeOf(call, 'kernel'));
  return withMask(linear(build, value, { filters, bias: biasOf(call), activation: call.config['activation'] }), value.mask);
};

/** Conv1D and Conv2D. */
export const convolution: SparseRule = (call, build) => {
  if (call.config['padding'] === 'causal')
    refuse(call, 'pads causally, which tfjs itself cannot run', 'Pad before it, and use padding: valid');
  const image = channelsLast(build, call);
  const filters = filtersOf(valuesOf(call, 'kernel'), shapeOf(call, 'kernel'));
  const geometry = geometryOf(call.config, image.shape, filters.window);
  return inModelOrder(
    build,
    call,
    convolve(build, image, { filters, geometry, bias: biasOf(call), activation: call.config['activation'] }),
  );
};

/** The convolution of the image with zeros between its places, by filters turned around. */
export const transposedConvolution: SparseRule = (call, build) => {
  const image = channelsLast(build, call);
  const filters = turnedFilters(valuesOf(call, 'kernel'), shapeOf(call, 'kernel'));
  const strides = pair(call.config['strides']);
  const [rows, columns] = [0, 1].map((axis) =>
    sidesOf(call, image.shape[axis] as number, filters.window[axis] as number, strides[axis] as number),
  );
  const geometry = {
    window: filters.window,
    strides: [1, 1],
    dilation: [1, 1],
    before: [rows?.[0] as number, columns?.[0] as number],
    after: [rows?.[1] as number, columns?.[1] as number],
  } as const;
  const wide = spread(build, image, strides);
  return inModelOrder(build, call, convolve(build, wide, { filters, geometry, bias: biasOf(call), activation: call.config['activation'] }));
};

/** What stands beside the image: what the convolution that is turned around would have padded with is left out. */
function sidesOf({ config }: SparseCall, size: number, window: number, stride: number): [number, number] {
  const isSame = config['padding'] === 'same';
  const out = isSame ? size * stride : size * stride + Math.max(window - stride, 0);
  const cut = isSame ? Math.max(0, (size - 1) * stride + window - out) : 0;
  const before = window - 1 - Math.floor(cut / 2);
  return [before, out + window - 1 - ((size - 1) * stride + 1) - before];
}

export const depthwiseConvolution: SparseRule = (call, build) => {
  const isDilated = pair(call.config['dilationRate']).some((rate) => rate !== 1);
  if (isDilated && call.config['padding'] !== 'same')
    refuse(call, 'has a dilation, which tfjs leaves out in its numbers but not in its shape');
  const image = channelsLast(build, call);
  const kernel = valuesOf(call, 'depthwise_kernel');
  const shape = shapeOf(call, 'depthwise_kernel');
  // tfjs takes the rate of dilation, and computes without it.
  const geometry = geometryOf({ ...call.config, dilationRate: 1 }, image.shape, [shape[0] as number, shape[1] as number]);
  const made = depthwise(build, image, { kernel, shape, geometry, bias: biasOf(call), activation: call.config['activation'] });
  return inModelOrder(build, call, made);
};

export const separableConvolution: SparseRule = (call, build) => {
  const image = channelsLast(build, call);
  const kernel = valuesOf(call, 'depthwise_kernel');
  const shape = shapeOf(call, 'depthwise_kernel');
  if (shape.length !== 4) refuse(call, 'is over something else than images');
  const geometry = geometryOf(call.config, image.shape, [shape[0] as number, shape[1] as number]);
  const between = depthwise(build, image, { kernel, shape, geometry, bias: undefined, activation: 'linear' });
  const filters = filtersOf(valuesOf(call, 'pointwise_kernel'), shapeOf(call, 'pointwise_kernel'));
  return inModelOrder(build, call, linear(build, between, { filters, bias: biasOf(call), activation: call.config['activation'] }));
};
