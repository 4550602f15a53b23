import { type Slide, slideScratch } from '../../kernels/layout.ts';
import type { Binding, Operation } from '../binding.ts';
import { activationOf, biasOf, outputPlane } from './convolution.ts';

/** The image, the places of the window on it, and the window: as the kernels take them. */
function windowOf(bind: Binding, multiplier: number) {
  const channels = bind.count('channels', 1);
  const pair = (name: string) => bind.sizes(name, 2) as [number, number];
  const [size, places, window, strides] = [pair('size'), pair('places'), pair('window'), pair('strides')];
  const dilation = bind.has('dilation') ? pair('dilation') : ([1, 1] as [number, number]);
  const before = bind.list('before', 2) as [number, number];
  bind.expect(
    before.every((zeros) => zeros >= 0),
    'it begins inside of the image',
  );
  const axis = (i: 0 | 1): Slide => ({
    size: size[i],
    outputSize: places[i],
    kernel: window[i],
    stride: strides[i],
    dilation: dilation[i],
    before: before[i],
  });
  const [plane, inputPlane] = [outputPlane(bind, places), bind.count('inputPlane', 1)];
  const source = bind.read(0, (channels - 1) * inputPlane + size[0] * size[1]);
  const target = bind.write(0, channels * multiplier * plane);
  const scratch = bind.write(1, Math.ceil(slideScratch(axis(0), axis(1)) / 4));
  const planes = [target.at * 4, plane * 4, ...places, source.at * 4, inputPlane * 4, ...size, channels] as const;
  return { channels, planes, window, strides, dilation, before, scratch: scratch.at * 4 };
}

/** Each channel under filters of its own. */
export const depthwise: Operation = (bind) => {
  const multiplier = bind.count('multiplier', 1);
  const { channels, planes, window, strides, dilation, before, scratch } = windowOf(bind, multiplier);
  const outputs = channels * multiplier;
  const weights = bind.floatSection(0, window[0] * window[1] * outputs).pointer;
  const sums = [weights, biasOf(bind, 1, outputs), ...activationOf(bind)] as const;
  return bind.kernels.depthwiseConv.bind(undefined, ...planes, multiplier, ...window, ...strides, ...dilation, ...before, ...sums, scratch);
};

/** The greatest or the mean of each window. */
export const pool: Operation = (bind) => {
  const { planes, window, strides, before, scratch } = windowOf(bind, 1);
  const isMaximum = Number(bind.word('kind') === 'max');
  return bind.kernels.pool.bind(undefined, isMaximum, ...planes, ...window, ...strides, ...before, scratch);
};

/** The greatest or the mean of each channel. */
export const globalPool: Operation = (bind) => {
  const [channels, places, plane] = [bind.count('channels', 1), bind.count('places', 1), bind.count('inputPlane', 1)];
  const source = bind.read(0, (channels - 1) * plane + places);
  const target = bind.write(0, channels);
  const isMaximum = Number(bind.word('kind') === 'max');
  const { kernels } = bind;
  return () => kernels.globalPool(isMaximum, target.at * 4, source.at * 4, plane * 4, channels, places);
};

/** Planes out of planes: with borders of zeros, or each row and column that a stride comes to. */
export const cut: Operation = (bind) => {
  const channels = bind.count('channels', 1);
  const [rows, columns] = bind.sizes('size', 2) as [number, number];
  const [outRows, outColumns] = bind.sizes('places', 2) as [number, number];
  const [top, left] = bind.list('offset', 2) as [number, number];
  const [strideRows, strideColumns] = bind.sizes('strides', 2) as [number, number];
  const [inputPlane, plane, put] = [bind.count('inputPlane', 1), bind.count('plane', 1), bind.count('put')];
  const source = bind.read(0, (channels - 1) * inputPlane + rows * columns);
  const target = bind.write(0, put + (channels - 1) * plane + outRows * outColumns);
  const { kernels } = bind;
  const to = (target.at + put) * 4;
  return () =>
    kernels.cut(
      to,
      plane * 4,
      outColumns * 4,
      outRows,
      outColumns,
      source.at * 4,
      inputPlane * 4,
      columns * 4,
      rows,
      columns,
      channels,
      top,
      left,
      strideRows,
      strideColumns,
      0,
    );
};

/** Planes of another size, with numbers in between. */
export const resize: Operation = (bind) => {
  const channels = bind.count('channels', 1);
  const [rows, columns] = bind.sizes('size', 2) as [number, number];
  const [outRows, outColumns] = bind.sizes('places', 2) as [number, number];
  const [inputPlane, plane] = [bind.count('inputPlane', 1), bind.count('plane', 1)];
  const source = bind.read(0, (channels - 1) * inputPlane + rows * columns);
  const target = bind.write(0, (channels - 1) * plane + outRows * outColumns);
  const { kernels } = bind;
  const [to, from] = [target.at * 4, source.at * 4];
  return () => kernels.resizeBilinear(to, plane * 4, outRows, outColumns, from, inputPlane * 4, rows, columns, channels);
};
