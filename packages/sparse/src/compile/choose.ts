import type { Builder } from './builder.ts';
import { expected } from './cost.ts';
import type { Filters } from './filters.ts';
import { countNonzero, tapsOf } from './matrix.ts';

export type Kernel = 'sparse' | 'dense';

/** The kernel that is expected to be the faster one, for so many places; what was chosen is reported. */
export function choose(build: Builder, filters: Filters, places: number): Kernel {
  const weights = tapsOf(filters) * filters.outputs;
  const nonzero = build.once(filters.values, `nonzero ${filters.start} ${filters.outputs}`, () => countNonzero(filters));
  const { sparse, dense } = expected({ nonzero, weights, outputs: filters.outputs, places });
  const kernel = build.forced ?? (sparse <= dense ? 'sparse' : 'dense');
  build.report({ weights, zeros: weights - nonzero, kernel, gain: kernel === 'sparse' ? dense / sparse : 1 });
  return kernel;
}
