import { type Channels, STAYS } from '../channels.ts';
import type { Constants, LayerCall, ShapeRule } from '../shape-rule.ts';
import { inputOf } from './common.ts';

type Sizes = readonly number[];

/** The same numbers in another shape. Channels are followed onto the axis that still tells them apart. */
export const reshape: ShapeRule = {
  channels: (call) => ({ outputs: [reshapeChannels(call, inputOf(call).channels, inputOf(call).shape)] }),
  resize(config, { outputs }) {
    const target = config['targetShape'] as readonly (number | null)[];
    const sizes = outputs[0]?.slice(1) ?? [];
    return { ...config, targetShape: target.map((size, i) => (size === -1 || size === null ? size : (sizes[i] ?? size))) };
  },
  constants: (call) => ({ outputs: [reshapeConstants(inputOf(call).constants, inputOf(call).shape, call.outputs[0]?.shape ?? [])] }),
};

/** All in one row; where channels come first, tfjs puts them last before. */
export const flatten: ShapeRule = {
  channels(call) {
    const { channels, shape } = inputOf(call);
    const order = flattenOrder(call.config, shape.length);
    return {
      outputs: [
        reshapeChannels(
          call,
          order.map((axis) => channels[axis] ?? null),
          order.map((axis) => shape[axis] ?? null),
        ),
      ],
    };
  },
  constants(call) {
    const { constants, shape } = inputOf(call);
    const order = flattenOrder(call.config, shape.length);
    const ordered = order.map((axis) => constants[axis] ?? null);
    return {
      outputs: [
        reshapeConstants(
          ordered,
          order.map((axis) => shape[axis] ?? null),
          call.outputs[0]?.shape ?? [],
        ),
      ],
    };
  },
};

export const permute: ShapeRule = {
  channels: (call) => ({ outputs: [permuted(call.config, inputOf(call).channels)] }),
  constants: (call) => ({ outputs: [permuted(call.config, inputOf(call).constants)] }),
};

export const repeatVector: ShapeRule = {
  channels: (call) => ({ outputs: [[null, null, inputOf(call).channels[1] ?? null]] }),
  constants: (call) => ({ outputs: [[null, null, inputOf(call).constants[1] ?? null]] }),
};

function permuted<T>(config: LayerCall['config'], axes: readonly T[]): T[] {
  return [0, ...(config['dims'] as readonly number[])].map((axis) => axes[axis] as T);
}

function flattenOrder(config: LayerCall['config'], rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return config['dataFormat'] === 'channelsFirst' ? [0, ...axes.slice(2), 1] : axes;
}

function reshapeChannels(call: LayerCall, channels: readonly Channels[], shape: readonly (number | null)[]): Channels[] {
  const target = call.outputs[0]?.shape ?? [];
  const outputs = target.map<Channels>(() => null);
  channels.forEach((units, axis) => {
    const to = units === null ? undefined : followTo(units, axis, shape, target);
    if (units === null || to === undefined || outputs[to] !== null) call.keep(units, 'cannot be followed through the new shape');
    else outputs[to] = carry(call, units, { axis, sizes: shape.slice(1) }, { axis: to, sizes: target.slice(1) });
  });
  return outputs;
}

interface Place {
  readonly axis: number;
  readonly sizes: readonly (number | null)[];
}

/** Onto one axis: all that come to stand at one position there are tied. */
function carry(call: LayerCall, units: Int32Array, from: Place, to: Place): Channels {
  const size = to.sizes[to.axis - 1] as number;
  if (isSamePlace(from, to)) return units;
  const met: number[][] = Array.from({ length: size }, () => []);
  eachElement(from, to, (source, target) => {
    const at = met[target] as number[];
    const unit = units[source] as number;
    if (!at.includes(unit)) at.push(unit);
  });
  const most = Math.max(...met.map(({ length }) => length));
  const layers = Array.from({ length: most }, (_, i) => Int32Array.from(met, (at) => at[Math.min(i, at.length - 1)] as number));
  return layers.slice(1).reduce<Channels>((tied, layer) => (tied === null ? null : call.tie(tied, layer)), layers[0] ?? null);
}

/** The axis that channels are on afterwards: one where nothing new is tied, else the last one that tells some apart. */
function followTo(
  units: Int32Array,
  axis: number,
  shape: readonly (number | null)[],
  target: readonly (number | null)[],
): number | undefined {
  const from = { axis, sizes: shape.slice(1) };
  const axes = target
    .map((_, i) => i)
    .filter((i) => i > 0 && target[i] !== null)
    .reverse();
  const same = axes.find((to) => isSamePlace(from, { axis: to, sizes: target.slice(1) }));
  if (same !== undefined) return same;
  if (from.sizes.includes(null) || target.slice(1).includes(null)) return undefined;
  const classes = axes.map((to) => ({ to, ...classesOn(units, from, { axis: to, sizes: target.slice(1) }) }));
  return (classes.find(({ ties }) => !ties) ?? classes.find(({ count }) => count > 1))?.to;
}

/** How many units are told apart on an axis, and whether that ties any. */
function classesOn(units: Int32Array, from: Place, to: Place): { count: number; ties: boolean } {
  const parents = new Map<number, number>();
  const rootOf = (unit: number): number => {
    const parent = parents.get(unit) ?? unit;
    return parent === unit ? unit : rootOf(parent);
  };
  const first = new Map<number, number>();
  let ties = false;
  eachElement(from, to, (source, target) => {
    const unit = units[source] as number;
    parents.set(unit, parents.get(unit) ?? unit);
    const other = first.get(target);
    if (other === undefined) return first.set(target, unit);
    const [a, b] = [rootOf(unit), rootOf(other)];
    if (a === b) return;
    ties = true;
    parents.set(a, b);
  });
  const roots = new Set([...parents.keys()].filter((unit) => unit !== STAYS).map(rootOf));
  return { count: roots.size, ties };
}

/** Whether an axis has the same size and the same numbers behind it, so that it is where it was. */
function isSamePlace(from: Place, to: Place): boolean {
  const behind = ({ axis, sizes }: Place) => sizes.slice(axis);
  return from.sizes[from.axis - 1] === to.sizes[to.axis - 1] && product(behind(from)) === product(behind(to));
}

/** Calls with the position on one axis and that on the other, for each number of a sample. */
function eachElement(from: Place, to: Place, call: (source: number, target: number) => void): void {
  const [inner, innerTo] = [from, to].map(({ axis, sizes }) => product(sizes.slice(axis)) ?? 1) as [number, number];
  const [size, sizeTo] = [from, to].map(({ axis, sizes }) => sizes[axis - 1]) as [number, number];
  const total = product(from.sizes) ?? 0;
  for (let i = 0; i < total; i++) call(Math.floor(i / inner) % size, Math.floor(i / innerTo) % sizeTo);
}

function product(sizes: readonly (number | null)[]): number | undefined {
  return sizes.includes(null) ? undefined : (sizes as Sizes).reduce((all, size) => all * size, 1);
}

/** On each axis by itself: constant where all numbers that come to stand at a position are the same constant. */
function reshapeConstants(
  constants: readonly Constants[],
  shape: readonly (number | null)[],
  target: readonly (number | null)[],
): Constants[] {
  const outputs = target.map<Constants>(() => null);
  constants.forEach((values, axis) => {
    if (values === null) return;
    const from = { axis, sizes: shape.slice(1) };
    target.forEach((size, to) => {
      const place = { axis: to, sizes: target.slice(1) };
      if (to === 0 || size === null || outputs[to] !== null) return;
      if (isSamePlace(from, place)) outputs[to] = values;
      else if (!from.sizes.includes(null) && !place.sizes.includes(null)) outputs[to] = carriedConstants(values, from, place, size);
    });
  });
  return outputs;
}

function carriedConstants(values: Float32Array, from: Place, to: Place, size: number): Constants {
  const carried = new Float32Array(size);
  const seen = new Uint8Array(size);
  eachElement(from, to, (source, target) => {
    const value = values[source] as number;
    if (seen[target] === 1 && carried[target] !== value) carried[target] = Number.NaN;
    else carried[target] = value;
    seen[target] = 1;
  });
  return carried.every(Number.isNaN) ? null : carried;
}
