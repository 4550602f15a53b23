import type { Builder, Value } from '../builder.ts';
import { type BinaryName, binary, l2Normalise, scale } from '../operations/elementwise.ts';
import { concatenate as joined, settled, withMask } from '../operations/layout.ts';
import { product } from '../operations/product.ts';
import { refuse, type SparseCall, type SparseRule, sampleAxis } from '../sparse-rule.ts';

/** All inputs with each other, number by number. */
export function merged(name: BinaryName): SparseRule {
  return (call, build) => withMask(folded(build, name, call.inputs), hasMask(call) ? 'lost' : undefined);
}

export const average: SparseRule = (call, build) => {
  const sum = folded(build, 'add', call.inputs);
  return withMask(scale(build, sum, 1 / call.inputs.length), hasMask(call) ? 'lost' : undefined);
};

function folded(build: Builder, name: BinaryName, inputs: readonly Value[]): Value {
  return inputs.reduce((all, each) => binary(build, name, all, each));
}

export const concatenate: SparseRule = (call, build) => {
  const values = call.inputs.map((value) => settled(build, value));
  const rank = values[0]?.shape.length ?? 0;
  const given = (call.config['axis'] as number | undefined) ?? -1;
  const axis = sampleAxis(given, rank);
  if (given < -1)
    refuse(call, `joins along axis ${given}: tfjs joins along the last one, and says another shape`, `Write axis ${axis + 1}, or -1`);
  if (axis < 0 || axis >= rank) refuse(call, `joins along axis ${given}, which no sample of it has`, `Take one from 1 to ${rank}`);
  return withMask(joined(build, values, axis), joinedMask(build, call.inputs, axis === rank - 1 && rank === 2));
};

/** A step counts where it counts in every input that is masked. */
function joinedMask(build: Builder, inputs: readonly Value[], isOnChannels: boolean): Value['mask'] {
  const masks = inputs.flatMap(({ mask }) => (mask === undefined ? [] : [mask]));
  const values = masks.filter((mask) => mask !== 'lost');
  if (masks.length === 0) return undefined;
  return isOnChannels && values.length === masks.length ? values.reduce((all, mask) => binary(build, 'multiply', all, mask)) : 'lost';
}

function hasMask({ inputs }: SparseCall): boolean {
  return inputs.some(({ mask }) => mask !== undefined);
}

/** Products of two inputs, summed over an axis of each. */
export const dot: SparseRule = (call, build) => {
  const inputs = call.inputs.map((value) => settled(build, value)) as [Value, Value];
  const given = [call.config['axes'] as number | readonly number[]].flat() as number[];
  const axes = inputs.map(({ shape }, i) => sampleAxis((given[i] ?? given[0]) as number, shape.length)) as [number, number];
  if (inputs.some(({ shape }) => shape.length > 2))
    refuse(call, 'is given more than sequences', 'Reshape its inputs to two axes and the batch');
  if (axes.some((axis) => axis < 0)) refuse(call, 'sums over the batch');
  const [x, y] = call.config['normalize'] === true ? inputs.map((value, i) => l2Normalise(build, value, axes[i] as number)) : inputs;
  return product(build, [x as Value, y as Value], axes, call.outputs[0] ?? [1]);
};
