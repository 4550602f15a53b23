import { plainStrides, planeOf, sizeOf, storedSize } from '../../plan/storage.ts';
import { offsetsOf } from '../../run/strided-copy.ts';
import type { Builder, Value } from '../builder.ts';
import { choose, nonzerosOf } from '../choose.ts';
import { keyOf } from '../filters.ts';
import { sparseSections } from '../matrix.ts';
import { copy } from './layout.ts';
import { type Sums, sparseVectorStep, vectorStep } from './linear.ts';

/** A window that has one place alone is a product with one vector: its numbers on each axis are so far apart. */
export function onePlace(build: Builder, from: Value, sums: Sums, window: readonly number[], apart: readonly number[]): Value {
  const { filters, bias, activation } = sums;
  const { outputs, inputs } = filters;
  const [sizes, strides] = [
    [inputs, ...window],
    [planeOf(from.shape), ...apart],
  ];
  const to = build.value([...window.map(() => 1), outputs]);
  if (choose(build, filters, 1) === 'sparse') {
    const taps = storedSize(from.shape);
    const name = `one place ${sizes.join()} ${strides.join()} ${taps} ${keyOf(filters)}`;
    const weights = build.once(filters.values, name, () =>
      sparseSections(build.packer, filters, nonzerosOf(build, filters), { most: taps, tapAt: Uint32Array.from(offsetsOf(sizes, strides)) }),
    );
    sparseVectorStep(build, from, to, { weights, bias, activation, taps, outputs });
    return to;
  }
  const patch = build.value([sizeOf(sizes)]);
  copy(build, from, patch, { sizes, from: strides, to: plainStrides(sizes) });
  vectorStep(build, patch, to, sums, sizeOf(sizes));
  return to;
}
