import { isMixing } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { filtersOf, turnedFilters } from '../filters.ts';
import { geometryOf, padded, pair, type Triple, triple, volumeGeometryOf } from '../geometry.ts';
import { convolve } from '../operations/convolve.ts';
import { convolveVolume } from '../operations/convolve-volume.ts';
import { depthwise } from '../operations/depthwise.ts';
import { activate } from '../operations/elementwise.ts';
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
  return activated(call, build, (activation) => convolve(build, image, { filters, geometry, bias: biasOf(call), activation }));
};

/** Conv3D. */
export const volumeConvolution: SparseRule = (call, build) => {
  const volume = channelsLast(build, call);
  const { window, shape } = volumeWindow(call);
  const filters = filtersOf(valuesOf(call, 'kernel'), shape);
  const geometry = volumeGeometryOf(call.config, volume.shape, window);
  return activated(call, build, (activation) => convolveVolume(build, volume, { filters, geometry, bias: biasOf(call), activation }));
};

/** The convolution of the image with zeros between its places, by filters turned around. */
export const transposedConvolution: SparseRule = (call, build) => {
  const image = channelsLast(build, call);
  const filters = turnedFilters(valuesOf(call, 'kernel'), shapeOf(call, 'kernel'));
  const strides = pair(call.config['strides']);
  const sides = strides.map((stride, axis) =>
    sidesOf(call, { size: image.shape[axis] as number, window: filters.window[axis] as number, stride, beginsInside: false }),
  );
  const geometry = { ...turned([1, 1] as const, sides), window: filters.window };
  const wide = spread(build, image, strides);
  return activated(call, build, (activation) => convolve(build, wide, { filters, geometry, bias: biasOf(call), activation }));
};

/** Conv3DTranspose. */
export const transposedVolumeConvolution: SparseRule = (call, build) => {
  const volume = channelsLast(build, call);
  const { window, shape } = volumeWindow(call);
  const filters = turnedFilters(valuesOf(call, 'kernel'), shape);
  const strides = triple(call.config['strides']);
  const sides = strides.map((stride, axis) =>
    sidesOf(call, { size: volume.shape[axis] as number, window: window[axis] as number, stride, beginsInside: true }),
  );
  const geometry = { ...turned([1, 1, 1] as const, sides), window };
  const wide = spread(build, volume, strides);
  return activated(call, build, (activation) => convolveVolume(build, wide, { filters, geometry, bias: biasOf(call), activation }));
};

/** A kernel's window, and its shape with depths and rows as one axis. */
function volumeWindow(call: SparseCall): { window: Triple; shape: readonly number[] } {
  const [depths, rows, columns, ...channels] = shapeOf(call, 'kernel') as [number, number, number, number, number];
  return { window: [depths, rows, columns], shape: [depths * rows, columns, ...channels] };
}

function turned<Axes extends readonly number[]>(ones: Axes, sides: readonly (readonly [number, number])[]) {
  const side = (which: 0 | 1) => sides.map((zeros) => zeros[which]) as unknown as Axes;
  return { strides: ones, dilation: ones, before: side(0), after: side(1) };
}

/** One axis of a transposed convolution. */
interface Turned {
  readonly size: number;
  readonly window: number;
  readonly stride: number;
  readonly beginsInside: boolean;
}

/** What stands beside the image: what the convolution that is turned around would have padded with is left out. */
function sidesOf({ config }: SparseCall, { size, window, stride, beginsInside }: Turned): [number, number] {
  const isSame = config['padding'] === 'same';
  const out = isSame ? size * stride : size * stride + Math.max(window - stride, 0);
  const zeros = isSame ? padded((size - 1) * stride + window - out, beginsInside) : 0;
  const before = window - 1 - Math.floor(zeros / 2);
  return [before, out + window - 1 - ((size - 1) * stride + 1) - before];
}

/** Sums in the layer's order; what mixes channels is, as tfjs has it, over the last axis of that order. */
function activated(call: SparseCall, build: Builder, sums: (activation: unknown) => Value): Value {
  const { activation, dataFormat } = call.config;
  if (dataFormat !== 'channelsFirst' || !isMixing(activation)) return inModelOrder(build, call, sums(activation));
  return activate(build, inModelOrder(build, call, sums('linear')), activation);
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
  return activated(call, build, (activation) => depthwise(build, image, { kernel, shape, geometry, bias: biasOf(call), activation }));
};

export const separableConvolution: SparseRule = (call, build) => {
  const image = channelsLast(build, call);
  const kernel = valuesOf(call, 'depthwise_kernel');
  const shape = shapeOf(call, 'depthwise_kernel');
  if (shape.length !== 4) refuse(call, 'is over something else than images');
  if (call.config['dataFormat'] === 'channelsFirst' && biasOf(call) !== undefined)
    refuse(call, 'adds a bias to images whose channels come first, which tfjs adds to their rows');
  const geometry = geometryOf(call.config, image.shape, [shape[0] as number, shape[1] as number]);
  const between = depthwise(build, image, { kernel, shape, geometry, bias: undefined, activation: 'linear' });
  const filters = filtersOf(valuesOf(call, 'pointwise_kernel'), shapeOf(call, 'pointwise_kernel'));
  return activated(call, build, (activation) => linear(build, between, { filters, bias: biasOf(call), activation }));
};
