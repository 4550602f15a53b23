import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  Budget,
  type CheckpointStore,
  LiveRun,
  type RunEvent,
  readWeights,
  type Snapshot,
  type StoredWeights,
  stepsPerEpoch,
  writeWeights,
} from '@espalier/core';
import { lock } from 'proper-lockfile';
import { packArchive, unpackArchive } from './archive.ts';
import { diskError, writeAtomically } from './files.ts';
import type { PreparedExperiment } from './prepare.ts';
import { fileCheckpoints } from './run-folder.ts';

/** The dense model of an experiment: its weights before, during and after training. */
export interface Baseline {
  readonly snapshots: Readonly<Partial<Record<Snapshot, StoredWeights>>> & {
    readonly initial: StoredWeights;
    readonly dense: StoredWeights;
  };
  /** Seconds of training; 0 where it was there already. */
  readonly seconds: number;
  readonly stoppedEarly?: string;
}

export interface BaselineOptions {
  /** Where baselines are kept by hash. */
  readonly folder: string;
  readonly hash: string;
  /** Steps whose weights are kept for rewinding. */
  readonly steps: readonly number[];
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

/**
 * Finds the dense baseline by its hash, or trains it: once, however many runs start from it, at the same time or
 * later. The prepared model has the dense weights afterwards.
 */
export async function denseBaseline(prepared: PreparedExperiment, options: BaselineOptions): Promise<Baseline> {
  const file = path.join(options.folder, `${options.hash}.bin`);
  try {
    await mkdir(options.folder, { recursive: true });
  } catch (error) {
    throw await diskError(error, options.folder);
  }
  const release = await lock(file, {
    realpath: false,
    stale: 15_000,
    retries: { forever: true, factor: 1, minTimeout: 200, maxTimeout: 1000 },
  });
  try {
    const found = await readBaseline(file);
    if (found !== undefined && options.steps.every((step) => found.snapshots[`step-${step}`] !== undefined)) {
      writeWeights(prepared.model, found.snapshots.dense);
      return { ...found, seconds: 0 };
    }
    const trained = await trainBaseline(prepared, options, fileCheckpoints(`${file}.checkpoint`));
    await writeAtomically(file, packArchive(trained));
    await rm(`${file}.checkpoint`, { force: true });
    return trained;
  } finally {
    await release();
  }
}

/** A damaged file counts as none: it is trained again. */
async function readBaseline(file: string): Promise<Baseline | undefined> {
  try {
    return unpackArchive(await readFile(file), file) as Baseline;
  } catch {
    return undefined;
  }
}

async function trainBaseline(prepared: PreparedExperiment, options: BaselineOptions, checkpoints: CheckpointStore): Promise<Baseline> {
  const { experiment, model, train, validation, data, loss, denseOptimizer, trainer } = prepared;
  const { epochs, batchSize, earlyStop } = experiment.train;
  const initial = await readWeights(model);
  const snapshots: Partial<Record<Snapshot, StoredWeights>> = {};
  const wanted = new Set(options.steps);
  // The weights of single steps are not in checkpoints, so where they are wanted a killed training starts anew.
  const store = wanted.size === 0 ? checkpoints : undefined;
  const started = performance.now();
  const run = await LiveRun.open({
    model,
    parameters: [],
    sparsity: Number.NaN,
    threshold: { lines: () => [], decidesSparsity: true },
    train,
    validation,
    task: data.task,
    loss,
    optimizer: denseOptimizer,
    trainer,
    batchSize,
    budget: Budget.ofEpochs(epochs, stepsPerEpoch(train, batchSize)),
    seed: experiment.seed,
    earlyStop,
    signal: options.signal,
    onEvent: options.onEvent,
    phase: 'dense',
    checkpoints: store,
  });
  try {
    if (run.budget.steps === 0) return { snapshots: { initial, dense: initial }, seconds: 0 };
    const report = await run.train(run.budget, async (step) => {
      if (!wanted.has(step.number)) return;
      await run.finish();
      snapshots[`step-${step.number}`] = await readWeights(model);
    });
    await run.finish();
    const dense = await readWeights(model);
    const seconds = (performance.now() - started) / 1000;
    return { snapshots: { ...snapshots, initial, dense }, seconds, stoppedEarly: report.stoppedEarly };
  } finally {
    run.dispose();
  }
}
