import { slideScratch } from '../../kernels/layout.ts';
import { planeOf, sizeOf } from '../../plan/storage.ts';
import { activationOf, isMixing, LINEAR } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { type Geometry, windowPlaces } from '../geometry.ts';
import { misuse } from '../misuse.ts';
import { checkNumbers, checkRank } from './checks.ts';
import { softmax } from './elementwise.ts';
import { copy } from './layout.ts';

export interface Depthwise {
  readonly kernel: Float32Array;
  /** [rows, columns, channels, multiplier] */
  readonly shape: readonly number[];
  readonly geometry: Geometry;
  readonly bias: Float32Array | undefined;
  readonly activation: unknown;
}

/** Sums over windows of each channel by itself. */
export function depthwise(build: Builder, image: Value, { kernel, shape, geometry, bias, activation }: Depthwise): Value {
  const [rows, columns, channels, multiplier] = shape as [number, number, number, number];
  checkRank(build, 'depthwise', image, 3);
  checkNumbers(build, 'depthwise', 'kernel', kernel, sizeOf(shape));
  if (channels !== image.shape[2]) misuse(build, `gives "depthwise" filters for ${channels} channels where there are ${image.shape[2]}`);
  if (geometry.window[0] !== rows || geometry.window[1] !== columns)
    misuse(build, `gives "depthwise" filters of ${rows}×${columns} where the window of the geometry is ${geometry.window.join('×')}`);
  if (bias !== undefined) checkNumbers(build, 'depthwise', 'bias', bias, channels * multiplier);
  const { name, alpha } = isMixing(activation) ? LINEAR : activationOf(activation, build.layer);
  const places = windowPlaces(geometry, image.shape);
  const to = build.value([...places, channels * multiplier]);
  const { window, strides, dilation, before } = geometry;
  slideStep(build, 'depthwise', image, to, geometry, {
    weights: [build.once(kernel, `by channel ${shape.join()}`, () => byChannel(kernel, shape)), ...(bias === undefined ? [] : [bias])],
    options: { multiplier, window, strides, dilation, before, activation: name, alpha },
  });
  return isMixing(activation) ? softmax(build, to, activation === 'logSoftmax') : to;
}

/** A window that slides over each plane. A plane of one place gets room for what the kernel writes, and then gives it up. */
export function slideStep(
  build: Builder,
  operation: string,
  image: Value,
  to: Value,
  geometry: Geometry,
  parts: Pick<Parameters<Builder['step']>[0], 'weights' | 'options'>,
): void {
  const [height, width, channels] = image.shape as [number, number, number];
  const [rows, columns, made] = to.shape as [number, number, number];
  const isOne = rows * columns === 1;
  const wide = isOne ? build.value(to.shape, made * 4) : to;
  const axis = (index: 0 | 1, size: number, outputSize: number) => ({
    size,
    outputSize,
    kernel: geometry.window[index],
    stride: geometry.strides[index],
    dilation: geometry.dilation[index],
    before: geometry.before[index],
  });
  const scratch = build.value([Math.ceil(slideScratch(axis(0, height, rows), axis(1, width, columns)) / 4)]);
  build.step({
    operation,
    reads: [image],
    writes: [wide, scratch],
    ...parts,
    options: {
      ...parts.options,
      size: [height, width],
      channels,
      inputPlane: planeOf(image.shape),
      places: [rows, columns],
      plane: isOne ? 4 : planeOf(to.shape),
    },
  });
  if (isOne) copy(build, wide, to, { sizes: [made], from: [4], to: [1] });
}

function byChannel(kernel: Float32Array, [rows, columns, channels, multiplier]: readonly number[]): Float32Array {
  const [taps, outputs] = [(rows as number) * (columns as number), (channels as number) * (multiplier as number)];
  const turned = new Float32Array(taps * outputs);
  for (let tap = 0; tap < taps; tap++) for (let o = 0; o < outputs; o++) turned[o * taps + tap] = kernel[tap * outputs + o] as number;
  return turned;
}
