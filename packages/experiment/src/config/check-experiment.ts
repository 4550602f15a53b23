import type { Registry, z } from '@espalier/core';
import { checkExpectations } from './check-expectations.ts';
import { checkFigures } from './check-figures.ts';
import { checkRules } from './check-rules.ts';
import { checkSparsity } from './check-sparsity.ts';
import { checkTraining } from './check-training.ts';
import type { experimentSchema } from './experiment.ts';
import type { Mistake } from './mistakes.ts';
import type { DeepPartial } from './partly.ts';

/** What of an experiment is right in itself. */
export type PartialExperiment = DeepPartial<z.infer<typeof experimentSchema>>;

/**
 * The mistakes that lie between values rather than in one.
 *
 * @param config the same as it was written: what is wrong there is not missing.
 */
export function checkExperiment(experiment: PartialExperiment, config: unknown, registry: Registry): Mistake[] {
  return [
    ...checkSparsity(experiment, config, registry),
    ...checkRules(experiment),
    ...checkExpectations(experiment),
    ...checkFigures(experiment),
    ...checkTraining(experiment, registry),
  ];
}
