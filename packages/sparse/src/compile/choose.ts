import type { Builder } from './builder.ts';
import { expected } from './cost.ts';
import { type Filters, isWhole, keyOf } from './filters.ts';
import { countNonzeros, tapsOf } from './matrix.ts';
import { misuse } from './misuse.ts';

export type Kernel = 'sparse' | 'dense';

/** The kernel that is expected to be the faster one, for so many places; what was chosen is reported. */
export function choose(build: Builder, filters: Filters, places: number): Kernel {
  const weights = tapsOf(filters) * filters.outputs;
  const nonzero = nonzerosOf(build, filters);
  if (Number.isNaN(nonzero)) misuse(build, 'gives filters in which a number is not finite');
  const { sparse, dense } = expected({ nonzero, weights, outputs: filters.outputs, places });
  const kernel = build.forced ?? (sparse <= dense ? 'sparse' : 'dense');
  const { padding = 0 } = filters;
  // A matrix that is turned around as well is the same one; parts of a matrix are several.
  const part = isWhole(filters) ? '' : keyOf(filters);
  build.report(filters.values, part, {
    weights: weights - padding,
    zeros: weights - nonzero - padding,
    kernel,
    gain: kernel === 'sparse' ? dense / sparse : 1,
  });
  return kernel;
}

/** How many weights are not zero, counted once; NaN where one is not finite. */
export function nonzerosOf(build: Builder, filters: Filters): number {
  return build.once(filters.values, `nonzeros ${keyOf(filters)}`, () =>
    isWhole(filters) ? build.packer.scan(filters.values).nonzero : countNonzeros(filters),
  );
}
