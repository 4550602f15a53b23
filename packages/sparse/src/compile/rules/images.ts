import type { Builder, Value } from '../builder.ts';
import { permute, reshape, settled } from '../operations/layout.ts';
import { inputOf, type SparseCall } from '../sparse-rule.ts';

/** The call's input as [height, width, channels], or with a depth before them; a sequence is one row of an image. */
export function channelsLast(build: Builder, call: SparseCall): Value {
  const value = settled(build, inputOf(call));
  if (value.shape.length === 2) return reshape(build, inOrder(build, call, value, [1, 0]), [1, ...ordered(call, value.shape)]);
  return inOrder(build, call, value, value.shape.length === 4 ? [1, 2, 3, 0] : [1, 2, 0]);
}

/** An image or volume as the layer's data format has it. */
export function inModelOrder(build: Builder, call: SparseCall, image: Value): Value {
  const rank = call.outputs[0]?.length ?? 3;
  const value = rank === 2 ? reshape(build, image, image.shape.slice(1)) : image;
  const channelsFirst = [rank - 1, ...Array.from({ length: rank - 1 }, (_, axis) => axis)];
  return call.config['dataFormat'] === 'channelsFirst' ? permute(build, value, channelsFirst) : value;
}

function inOrder(build: Builder, { config }: SparseCall, value: Value, dims: readonly number[]): Value {
  return config['dataFormat'] === 'channelsFirst' ? permute(build, value, dims) : value;
}

function ordered({ config }: SparseCall, [a, b]: readonly number[]): number[] {
  return (config['dataFormat'] === 'channelsFirst' ? [b, a] : [a, b]) as number[];
}
