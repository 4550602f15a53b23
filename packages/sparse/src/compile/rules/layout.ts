import { sizeOf } from '../../plan/storage.ts';
import {
  enlarge,
  flatten as flattened,
  pad,
  permute as permuted,
  pick,
  repeat,
  reshape as reshaped,
  resize,
  settled,
  slice,
} from '../operations/layout.ts';
import { inputOf, refuse, type SparseRule } from '../sparse-rule.ts';
import { channelsLast, inModelOrder } from './images.ts';

export const flatten: SparseRule = (call, build) => {
  const value = settled(build, inputOf(call));
  const { shape } = value;
  // As tfjs does it: the channels to the end first.
  if (call.config['dataFormat'] === 'channelsFirst' && shape.length > 1)
    return flattened(permuted(build, value, [...shape.slice(1).map((_, i) => i + 1), 0]));
  return flattened(value);
};

export const reshape: SparseRule = (call, build) => {
  const value = inputOf(call);
  const shape = call.config['targetShape'] as readonly (number | null)[];
  const known = sizeOf(shape.filter((size) => isKnown(size)) as number[]);
  return reshaped(
    build,
    value,
    shape.map((size) => (isKnown(size) ? (size as number) : sizeOf(value.shape) / known)),
  );
};

function isKnown(size: number | null): boolean {
  return size !== null && size >= 0;
}

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

/** As tfjs does it: not the rows and columns in the middle, but those that are nearest to as many points in the box that they make. */
export const centerCrop: SparseRule = (call, build) => {
  const image = settled(build, inputOf(call));
  const { height, width } = call.config as { readonly height: number; readonly width: number };
  const [rows, columns] = image.shape as [number, number];
  if (height > rows || width > columns)
    refuse(call, 'is given less than it crops to, which tfjs cannot run in a model', 'Pad before it, or resize what the model is given');
  const left = columns === width ? 0 : Math.max(1, Math.floor((columns - width) / 2));
  return pick(build, image, nearest(rows, Math.floor((rows - height) / 2), height), nearest(columns, left, width));
};

/** Of `size` places, so many in the box of as many that begins at `first`; by formula and precision of tf.image.cropAndResize. */
function nearest(size: number, first: number, count: number): number[] {
  const [begin, end] = [Math.fround(first / size), Math.fround((first + count) / size)];
  const step = count > 1 ? ((end - begin) * (size - 1)) / (count - 1) : 0;
  const start = count > 1 ? begin * (size - 1) : 0.5 * (begin + end) * (size - 1);
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * step;
    return at < 0 || at > size - 1 ? -1 : Math.round(at);
  });
}

/** Layers that tfjs can build a model with, and not run in one. */
export const unrunnable: SparseRule = (call) =>
  refuse(
    call,
    'cannot run in a model of tfjs: it takes a tensor where models give a list, and says another shape than it makes',
    'Leave it out, and resize what the model is given, with tf.image.resizeBilinear',
  );

export const upSampling: SparseRule = (call, build) => {
  const image = channelsLast(build, call);
  const [[rows], [columns]] = pairs(call.config['size'] ?? 2);
  const by = [rows, columns] as const;
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
