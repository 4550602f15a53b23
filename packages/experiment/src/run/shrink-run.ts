import {
  BrokenPromise,
  Budget,
  type CheckpointStore,
  type MaskSet,
  modelParameters,
  type PrunableParameter,
  type RunEvent,
  type Samples,
  sliceSamples,
  stepsPerEpoch,
} from '@espalier/core';
import {
  carryMasks,
  dependencyGraph,
  type FoldOptions,
  fold,
  type Network,
  type Removal,
  readNetwork,
  type Shrunk,
  type Stayed,
  shrink,
} from '@espalier/surgery';
import type * as tf from '@tensorflow/tfjs';
import type { ShrinkSettings } from '../config/shrink-schema.ts';
import { CUTS_NOTHING, openRun } from './open-run.ts';
import { differenceTo, tooFar } from './outputs.ts';
import type { PreparedExperiment } from './prepare.ts';

export interface ShrinkAround {
  readonly signal?: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  readonly checkpoints: CheckpointStore;
  readonly checkpointEvery?: number;
}

/** What is left of a pruned model, and how it came about. */
export interface ShrunkModel {
  /** The caller disposes it. */
  readonly model: tf.LayersModel;
  /** The same as a value. */
  readonly network: Network;
  /** Share of zeros among the prunable parameters that are left, 0 to 1. */
  readonly sparsity: number;
  readonly record: ShrinkRecord;
}

/** Plain JSON: what went, by name, so that it can be read, and replayed on the model before. */
export interface ShrinkRecord {
  readonly removal: Removal;
  /** Zeroed units that are there all the same, and why. */
  readonly stayed: readonly Stayed[];
  /** Of those that can go. */
  readonly units: { readonly removed: number; readonly of: number };
  /** What became one with what. */
  readonly folded: Readonly<Record<string, readonly unknown[]>>;
  /** The largest difference between the outputs of the masked and of the shrunk model, over the largest output, before any training. */
  readonly maxDifference: number;
}

const COMPARED = 256;

/**
 * Removes from a pruned model what its masks left without a purpose, trains what is left where that is wanted, and folds.
 *
 * @throws EspalierError where masks empty a layer, or the masked model gives no finite numbers; BrokenPromise where the small model does not give what the masked one gives.
 */
export async function shrinkRun(
  prepared: PreparedExperiment,
  masks: MaskSet,
  settings: ShrinkSettings,
  around: ShrinkAround,
): Promise<ShrunkModel> {
  const { epochs, fold: folds, savedModel: _, ...removal } = settings;
  const shrunk = await shrink(prepared.model, masks, removal);
  try {
    const maxDifference = await differenceTo(prepared.model, shrunk.model, comparedSamples(prepared));
    const gap = tooFar(maxDifference);
    if (gap !== undefined) {
      throw new BrokenPromise({
        where: 'shrink',
        what: `the shrunk model gives other outputs than the masked one: ${gap}`,
        remedy: 'Please report it with the model; without `shrink` the run is sound',
      });
    }
    const sparsity = await trainOn(prepared, masks, shrunk, epochs, around);
    const record = {
      units: await countUnits(prepared.model, shrunk),
      removal: shrunk.removal,
      stayed: shrunk.stayed,
      maxDifference,
    };
    if (folds === false) {
      const network = await readNetwork(shrunk.model);
      return { model: shrunk.model, network, sparsity, record: { ...record, folded: {} } };
    }
    const folding = await fold(shrunk.model, foldOptions(settings));
    shrunk.model.dispose();
    const { model, network, folded } = folding;
    return { model, network, sparsity, record: { ...record, folded } };
  } catch (error) {
    shrunk.model.dispose();
    throw error;
  }
}

/** What outputs are compared on. */
export function comparedSamples({ train }: PreparedExperiment): Samples {
  return sliceSamples(train, 0, Math.min(train.size, COMPARED));
}

/** Units that are there because the config keeps them may give nothing: as constants, they would go after all. */
function foldOptions({ fold: folds, keep, roundTo, minimum }: ShrinkSettings): FoldOptions {
  const options = typeof folds === 'boolean' ? {} : (folds as FoldOptions);
  return keep === undefined && roundTo === undefined && minimum === undefined ? options : { ...options, constants: false };
}

/** Units that went, of those that can go: each once, however many layers make it. */
async function countUnits(model: tf.LayersModel, { model: small, removal }: Shrunk): Promise<ShrinkRecord['units']> {
  const { groups, makers, kept } = dependencyGraph(await readNetwork(model));
  const [made, alive] = [new Set<number>(), new Set<number>()];
  // A layer that was left out makes none.
  const left = new Set(small.layers.map(({ name }) => name));
  const isLeftOut = (name: string) => removal.bypassed.length > 0 && !left.has(name.replace(/\/backward$/, ''));
  for (const [name, units] of makers) {
    const removed = new Set(removal.units[name]?.removed);
    units.forEach((unit, i) => {
      made.add(unit);
      if (!removed.has(i) && !isLeftOut(name)) alive.add(unit);
    });
  }
  const all = groups.flatMap(({ first, units }) => Array.from({ length: units }, (_, i) => first + i));
  const removed = all.filter((unit) => made.has(unit) && !alive.has(unit));
  return { removed: removed.length, of: new Set([...removed, ...all.filter((unit) => !kept.has(unit))]).size };
}

/** @returns the share of zeros. */
async function trainOn(
  prepared: PreparedExperiment,
  masks: MaskSet,
  shrunk: Shrunk,
  epochs: number,
  around: ShrinkAround,
): Promise<number> {
  const carried = carryMasks(masks, shrunk);
  const parameters: PrunableParameter[] = modelParameters(shrunk.model).filter(({ name }) => carried.has(name));
  const run = await openRun(prepared, {
    model: shrunk.model,
    parameters,
    sparsity: Number.NaN,
    threshold: CUTS_NOTHING,
    granularity: undefined,
    budget: Budget.ofEpochs(epochs, stepsPerEpoch(prepared.train, prepared.experiment.prune.batchSize)),
    phase: 'shrink',
    ...around,
  });
  try {
    for (const parameter of parameters) {
      const mask = carried.get(parameter.name);
      if (mask !== undefined) run.masks.set(parameter, mask);
    }
    if (run.budget.steps > 0) await run.train(run.budget);
    await run.finish();
    return run.masks.sparsity;
  } finally {
    run.dispose();
  }
}
