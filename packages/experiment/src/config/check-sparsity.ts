import { type Part, PartContainer, type Registry } from '@espalier/core';
import type { PartialExperiment } from './check-experiment.ts';
import { valueAt } from './config-path.ts';
import type { Mistake } from './mistakes.ts';
import { oncePerPart } from './once-per-part.ts';

/** A sparsity is given where it is needed, and only there: one that nothing follows would be a lie in the config. */
export function checkSparsity({ prune }: PartialExperiment, config: unknown, registry: Registry): Mistake[] {
  const { threshold, sparsity } = prune ?? {};
  if (threshold === undefined) return [];
  const decides = decidesSparsity(threshold, registry);
  if (decides === true && sparsity !== undefined) {
    return [
      {
        path: ['prune', 'sparsity'],
        message: `the threshold "${threshold.name}" decides itself how much goes, so this sparsity would be ignored`,
        notes: ['leave sparsity out, or take a threshold that follows it: global, layer'],
      },
    ];
  }
  if (decides === false && valueAt(config, ['prune', 'sparsity']) === undefined) {
    return [
      {
        path: ['prune', 'sparsity'],
        on: 'key',
        message: `sparsity is missing: the threshold "${threshold.name}" needs to know how much shall go`,
        expected: 'a number of 0 or more and under 1',
      },
    ];
  }
  return [];
}

/** Whether the threshold alone decides; undefined where an instance cannot be made without a run. */
const decidesSparsity = oncePerPart((threshold: Part<'threshold'>, registry) => {
  try {
    return new PartContainer(registry).make(threshold).decidesSparsity === true;
  } catch {
    return undefined;
  }
});
