import { plainStrides, planeOf } from '../../plan/storage.ts';
import type { WindowOver } from '../geometry.ts';

/** The places that a stride comes to by themselves, so far as a window reads them: on those a convolution has the stride 1. */
export interface Phases {
  /** Of each of them, channels last. */
  readonly shape: readonly number[];
  /** From the numbers of one to those of the next. */
  readonly apart: number;
  /** Along each axis, where those that there are begin. They stand one behind the other, the last axis fastest. */
  readonly firsts: readonly (readonly number[])[];
  /** Where, among the numbers of all, those begin that a place of the window reads. */
  readonly offset: (channel: number, at: readonly number[]) => number;
}

/** Of an image or a volume with so many channels, for so many places of the window along each axis. */
export function phasesOf(geometry: WindowOver<readonly number[]>, places: readonly number[], channels: number): Phases {
  const axes = geometry.window.map((window, axis) => {
    const [stride, dilation] = [geometry.strides[axis] as number, geometry.dilation[axis] as number];
    const read = Array.from({ length: window }, (_, at) => at * dilation);
    const firsts = [...new Set(read.map((place) => place % stride))];
    const steps = read.map((place) => Math.floor(place / stride));
    return {
      firsts,
      steps,
      numbers: read.map((place) => firsts.indexOf(place % stride)),
      size: (places[axis] as number) + (steps.at(-1) ?? 0),
    };
  });
  const sizes = axes.map(({ size }) => size);
  const plane = planeOf([...sizes, channels]);
  const [numberStrides, placeStrides] = [plainStrides(axes.map(({ firsts }) => firsts.length)), plainStrides(sizes)];
  const offset: Phases['offset'] = (channel, at) => {
    let [number, place] = [0, 0];
    axes.forEach(({ numbers, steps }, axis) => {
      number += (numbers[at[axis] as number] as number) * (numberStrides[axis] as number);
      place += (steps[at[axis] as number] as number) * (placeStrides[axis] as number);
    });
    return (number * channels + channel) * plane + place;
  };
  return { shape: [...sizes, channels], apart: channels * plane, firsts: axes.map(({ firsts }) => firsts), offset };
}
