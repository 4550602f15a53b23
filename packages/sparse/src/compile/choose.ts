import type { Builder } from './builder.ts';
import { expected } from './cost.ts';
import type { Filters } from './filters.ts';
import { rowStarts, tapsOf } from './matrix.ts';

export type Kernel = 'sparse' | 'dense';

/** The kernel that is expected to be the faster one, for so many places; what was chosen is reported. */
export function choose(build: Builder, filters: Filters, places: number): Kernel {
  const weights = tapsOf(filters) * filters.outputs;
  const nonzero = startsOf(build, filters)[filters.outputs] as number;
  const { sparse, dense } = expected({ nonzero, weights, outputs: filters.outputs, places });
  const kernel = build.forced ?? (sparse <= dense ? 'sparse' : 'dense');
  const { padding = 0 } = filters;
  build.report(filters.values, {
    weights: weights - padding,
    zeros: weights - nonzero - padding,
    kernel,
    gain: kernel === 'sparse' ? dense / sparse : 1,
  });
  return kernel;
}

/** `rowStarts`, found once. */
export function startsOf(build: Builder, filters: Filters): Uint32Array {
  return build.once(filters.values, 'starts', () => rowStarts(filters));
}
