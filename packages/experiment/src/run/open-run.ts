import { Budget, LiveRun, type LiveRunParts, stepsPerEpoch, type Threshold } from '@espalier/core';
import type { PreparedExperiment } from './prepare.ts';
import { targetsOf } from './target.ts';

/** Of a run that trains and never cuts. */
export const CUTS_NOTHING: Threshold = { lines: () => [], decidesSparsity: true };

/** The pruning run of a prepared experiment; `around` is what its surroundings add, or have otherwise. */
export function openRun(prepared: PreparedExperiment, around: Partial<LiveRunParts>): Promise<LiveRun> {
  const { experiment, model, threshold, granularity, train, validation, data, loss, pruneOptimizer, trainer } = prepared;
  const { batchSize, epochs } = experiment.prune;
  return LiveRun.open({
    model,
    ...targetsOf(prepared),
    threshold,
    granularity,
    mayEmpty: experiment.prune.mayEmpty,
    train,
    validation,
    task: data.task,
    loss,
    optimizer: pruneOptimizer,
    trainer,
    batchSize,
    budget: Budget.ofEpochs(epochs, stepsPerEpoch(train, batchSize)),
    seed: experiment.seed,
    ...around,
  });
}
