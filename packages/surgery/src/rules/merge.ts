import { type Channels, joined } from '../channels.ts';
import type { Constants, LayerCall, ShapeRule } from '../shape-rule.ts';
import { positiveAxis } from './common.ts';

/** Add, Multiply and the like: the same channel of all inputs, with axes of size 1 spread over the others'. */
export function merge(combine: (values: readonly number[]) => number): ShapeRule {
  return {
    channels(call) {
      const rank = rankOf(call.inputs);
      const inputs = call.inputs.map(({ shape, channels }) => ({
        shape: aligned(shape, rank, 1),
        channels: aligned(channels, rank, null),
      }));
      const axes = Array.from({ length: rank }, (_, axis) =>
        tieAxis(
          call,
          inputs.map((input) => [input.shape[axis] ?? null, input.channels[axis] ?? null]),
        ),
      );
      return { outputs: [axes] };
    },
    constants(call) {
      const rank = rankOf(call.inputs);
      const inputs = call.inputs.map(({ constants }) => aligned(constants, rank, null));
      return {
        outputs: [
          Array.from({ length: rank }, (_, axis) =>
            mergeAxis(
              inputs.map((constants) => constants[axis] ?? null),
              combine,
            ),
          ),
        ],
      };
    },
  };
}

function tieAxis(call: LayerCall, all: readonly (readonly [size: number | null, channels: Channels])[]): Channels {
  const isSpread = all.some(([size]) => size !== 1);
  const [first, ...others] = all.filter(([size, channels]) => {
    if (!isSpread || size !== 1) return true;
    call.keep(channels, 'spreads it over the channels of another');
    return false;
  });
  return others.reduce<Channels>((tied, [, channels]) => call.tie(tied, channels), first?.[1] ?? null);
}

function mergeAxis(all: readonly Constants[], combine: (values: readonly number[]) => number): Constants {
  const length = Math.max(...all.map((constants) => constants?.length ?? 0));
  if (length === 0) return null;
  const at = (constants: Constants, i: number) => constants?.[constants.length === 1 ? 0 : i] ?? Number.NaN;
  return Float32Array.from({ length }, (_, i) => combine(all.map((constants) => at(constants, i))));
}

/** A lower rank gets axes of size 1 behind its batch. */
function aligned<T>(axes: readonly T[], rank: number, filler: T): T[] {
  return [axes[0] as T, ...Array.from({ length: rank - axes.length }, () => filler), ...axes.slice(1)];
}

function rankOf(inputs: readonly { readonly shape: readonly unknown[] }[]): number {
  return Math.max(...inputs.map(({ shape }) => shape.length));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

export const add: ShapeRule = merge(sum);
export const average: ShapeRule = merge((values) => sum(values) / values.length);
export const subtract: ShapeRule = merge(([first, ...others]) => (first ?? Number.NaN) - sum(others));
export const maximum: ShapeRule = merge((values) => Math.max(...values));
export const minimum: ShapeRule = merge((values) => Math.min(...values));
/** Zero times whatever varies is zero. */
export const multiply: ShapeRule = merge((values) => (values.includes(0) ? 0 : values.reduce((a, b) => a * b, 1)));

/** One behind the other on one axis; on the others the same positions of all. */
export const concatenate: ShapeRule = {
  channels(call) {
    const rank = rankOf(call.inputs);
    const axis = positiveAxis((call.config['axis'] as number | undefined) ?? -1, rank);
    const axes = Array.from({ length: rank }, (_, i) => {
      const all = call.inputs.map(({ channels }) => channels[i] ?? null);
      if (i === axis)
        return joined(
          all,
          call.inputs.map(({ shape }) => shape[i] ?? null),
        );
      return all.slice(1).reduce((tied, channels) => call.tie(tied, channels), all[0] ?? null);
    });
    return { outputs: [axes] };
  },
  constants(call) {
    const rank = rankOf(call.inputs);
    const axis = positiveAxis((call.config['axis'] as number | undefined) ?? -1, rank);
    return {
      outputs: [
        Array.from({ length: rank }, (_, i) => {
          const all = call.inputs.map(({ constants }) => constants[i] ?? null);
          if (i !== axis)
            return mergeAxis(all, ([first, ...others]) => (others.every((other) => other === first) ? (first as number) : Number.NaN));
          if (all.every((constants) => constants === null)) return null;
          return Float32Array.from(
            all.flatMap((constants, k) => [...(constants ?? new Float32Array(call.inputs[k]?.shape[i] ?? 0).fill(Number.NaN))]),
          );
        }),
      ],
    };
  },
};

/** The products of two inputs, summed over an axis of each: over units that both have, or none. */
export const dot: ShapeRule = {
  channels(call) {
    const [one, other] = call.inputs as [LayerCall['inputs'][number], LayerCall['inputs'][number]];
    const [a, b] = dotAxes(call);
    const summed = call.tie(one.channels[a] ?? null, other.channels[b] ?? null);
    if (call.config['normalize'] === true) call.keep(summed, 'divides by their length');
    const left = [...allBut(one.channels, [a]), ...allBut(other.channels, [0, b])];
    const [output] = call.outputs as [LayerCall['outputs'][number]];
    const axes = output.shape.map((_, axis) => left[axis] ?? null);
    return { outputs: [axes], products: summed };
  },
  constants(call) {
    const [a, b] = dotAxes(call);
    const [one, other] = [call.inputs[0]?.constants[a] ?? null, call.inputs[1]?.constants[b] ?? null];
    const size = Math.max(one?.length ?? 0, other?.length ?? 0);
    const isZero = (i: number) => one?.[i] === 0 || other?.[i] === 0;
    const [output] = call.outputs as [(typeof call.outputs)[number]];
    const left = [...allBut(call.inputs[0]?.constants ?? [], [a]), ...allBut(call.inputs[1]?.constants ?? [], [0, b])];
    return {
      outputs: [output.shape.map((_, axis) => left[axis]?.map((value) => (value === 0 ? 0 : Number.NaN)) ?? null)],
      products: size === 0 ? null : Float32Array.from({ length: size }, (_, i) => (isZero(i) ? 0 : Number.NaN)),
    };
  },
};

function allBut<T>(axes: readonly T[], without: readonly number[]): T[] {
  return axes.filter((_, axis) => !without.includes(axis));
}

function dotAxes({
  config,
  inputs,
}: Pick<LayerCall, 'config'> & { readonly inputs: readonly { readonly shape: readonly unknown[] }[] }): [number, number] {
  const [first, second = first] = [config['axes']].flat() as number[];
  return [positiveAxis(first as number, inputs[0]?.shape.length ?? 0), positiveAxis(second as number, inputs[1]?.shape.length ?? 0)];
}
