import type { Channels } from '../channels.ts';
import type { LayerConfig } from '../network.ts';
import type { CallTensor, Constants, ConstantsCall, LayerCall } from '../shape-rule.ts';

export const MIXES = 'mixes its channels';

/** The only input of a layer that takes one. */
export function inputOf<T>({ inputs }: { readonly inputs: readonly T[] }): T {
  return inputs[0] as T;
}

/** Where the channels are: last, or first behind the batch. */
export function channelAxis(config: LayerConfig, rank: number): number {
  return config['dataFormat'] === 'channelsFirst' ? 1 : rank - 1;
}

/** Axes from the end count from −1. */
export function positiveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Keeps the units on all axes but some. */
export function keepOthers(call: LayerCall, input: CallTensor, but: readonly number[], why: string): void {
  input.channels.forEach((channels, axis) => {
    if (!but.includes(axis)) call.keep(channels, why);
  });
}

/** Axes that all stay, with these channels on one of them. */
export function onAxis<T extends Channels | Constants>(rank: number, axis: number, channels: T): (T | null)[] {
  return Array.from({ length: rank }, (_, i) => (i === axis ? channels : null));
}

export function outputRank({ outputs }: Pick<ConstantsCall, 'outputs'>, output = 0): number {
  return (outputs[output] as { shape: readonly unknown[] }).shape.length;
}

/** All axes as they were, for a function of each element alone. */
export function mapConstants(constants: readonly Constants[], f: (value: number) => number): Constants[] {
  return constants.map((each) => each?.map((value) => (Number.isNaN(value) ? Number.NaN : f(value))) ?? null);
}
