import { type Slide, slideScratch } from '../../kernels/layout.ts';
import type { Binding, Operation } from '../binding.ts';
import { activationOf, biasOf } from './convolution.ts';

/** The image, the places of the window on it, and the window. */
function windowOf(bind: Binding, multiplier: number) {
  const channels = bind.count('channels', 1);
  const [size, places, window] = [bind.sizes('size', 2), bind.sizes('places', 2), bind.sizes('window', 2)] as [number, number][];
  const strides = bind.sizes('strides', 2) as [number, number];
  const dilation = (bind.has('dilation') ? bind.sizes('dilation', 2) : [1, 1]) as [number, number];
  const before = bind.list('before', 2) as [number, number];
  bind.expect(
    before.every((zeros) => zeros >= 0),
    'it begins inside of the image',
  );
  const axis = (i: 0 | 1): Slide => ({
    size: (size as [number, number])[i],
    outputSize: (places as [number, number])[i],
    kernel: (window as [number, number])[i],
    stride: strides[i],
    dilation: dilation[i],
    before: before[i],
  });
  const [plane, inputPlane] = [bind.count('plane', 1), bind.count('inputPlane', 1)];
  const [rows, columns] = places as [number, number];
  bind.expect(plane % 4 === 0 && plane >= (rows - 1) * columns + Math.ceil(columns / 4) * 4, 'its planes overlap');
  const source = bind.read(0, (channels - 1) * inputPlane + (size as [number, number])[0] * (size as [number, number])[1]);
  const target = bind.write(0, channels * multiplier * plane);
  const scratch = bind.write(1, Math.ceil(slideScratch(axis(0), axis(1)) / 4));
  return {
    channels,
    size: size as [number, number],
    places: places as [number, number],
    window: window as [number, number],
    strides,
    dilation,
    before,
    plane,
    inputPlane,
    source,
    target,
    scratch,
  };
}

/** Each channel under filters of its own. */
export const depthwise: Operation = (bind) => {
  const multiplier = bind.count('multiplier', 1);
  const { channels, size, places, window, strides, dilation, before, plane, inputPlane, source, target, scratch } = windowOf(
    bind,
    multiplier,
  );
  const outputs = channels * multiplier;
  const weights = bind.floatSection(0, window[0] * window[1] * outputs).pointer;
  const bias = biasOf(bind, 1, outputs);
  const [activation, alpha] = activationOf(bind);
  const { kernels } = bind;
  return () =>
    kernels.depthwiseConv(
      target.at * 4,
      plane * 4,
      places[0],
      places[1],
      source.at * 4,
      inputPlane * 4,
      size[0],
      size[1],
      channels,
      multiplier,
      window[0],
      window[1],
      strides[0],
      strides[1],
      dilation[0],
      dilation[1],
      before[0],
      before[1],
      weights,
      bias,
      activation,
      alpha,
      scratch.at * 4,
    );
};

/** The greatest or the mean of each window. */
export const pool: Operation = (bind) => {
  const { channels, size, places, window, strides, before, plane, inputPlane, source, target, scratch } = windowOf(bind, 1);
  const isMaximum = Number(bind.word('kind') === 'max');
  const { kernels } = bind;
  return () =>
    kernels.pool(
      isMaximum,
      target.at * 4,
      plane * 4,
      places[0],
      places[1],
      source.at * 4,
      inputPlane * 4,
      size[0],
      size[1],
      channels,
      window[0],
      window[1],
      strides[0],
      strides[1],
      before[0],
      before[1],
      scratch.at * 4,
    );
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

/** Planes out of planes: with borders of zeros, or every so-manieth row and column. */
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
