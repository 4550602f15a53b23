import {
  enlarge,
  flatten as flattened,
  pad,
  permute as permuted,
  repeat,
  reshape as reshaped,
  resize,
  settled,
  slice,
} from '../operations/layout.ts';
import { inputOf, type SparseRule } from '../sparse-rule.ts';
import { channelsLast, inModelOrder } from './images.ts';

export const flatten: SparseRule = (call, build) => {
  const value = settled(build, inputOf(call));
  const { shape } = value;
  // As tfjs does it: the channels to the end first.
  if (call.config['dataFormat'] === 'channelsFirst' && shape.length > 1)
    return flattened(permuted(build, value, [...shape.slice(1).map((_, i) => i + 1), 0]));
  return flattened(value);
};

export const reshape: SparseRule = (call, build) => reshaped(build, inputOf(call), call.outputs[0] ?? []);

export const permute: SparseRule = (call, build) => {
  const dims = call.config['dims'] as readonly number[];
  return permuted(
    build,
    settled(build, inputOf(call)),
    dims.map((dim) => dim - 1),
  );
};

export const repeatVector: SparseRule = (call, build) => repeat(build, settled(build, inputOf(call)), call.config['n'] as number);

export const zeroPadding: SparseRule = (call, build) => {
  const image = channelsLast(build, call);
  const [rows, columns] = pairs(call.config['padding']);
  return inModelOrder(build, call, pad(build, image, [rows[0], columns[0], 0], [rows[1], columns[1], 0]));
};

export const cropping: SparseRule = (call, build) => {
  const image = channelsLast(build, call);
  const [rows, columns] = pairs(call.config['cropping']);
  const [height, width, channels] = image.shape as [number, number, number];
  const shape = [height - rows[0] - rows[1], width - columns[0] - columns[1], channels];
  return inModelOrder(build, call, slice(build, image, [rows[0], columns[0], 0], shape));
};

export const upSampling: SparseRule = (call, build) => {
  const image = channelsLast(build, call);
  const by = call.config['size'] as [number, number];
  const isBilinear = call.config['interpolation'] === 'bilinear';
  return inModelOrder(build, call, isBilinear ? resize(build, image, by) : enlarge(build, image, by));
};

type Pair = readonly [number, number];

function pairs(given: unknown): readonly [Pair, Pair] {
  if (typeof given === 'number')
    return [
      [given, given],
      [given, given],
    ];
  const [rows, columns] = given as [number | Pair, number | Pair];
  return typeof rows === 'number'
    ? [
        [rows, rows],
        [columns as number, columns as number],
      ]
    : [rows, columns as Pair];
}
