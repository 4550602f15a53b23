import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  Budget,
  EspalierError,
  type Json,
  LiveRun,
  type LiveRunParts,
  modelParameters,
  type RunEvent,
  readWeights,
  type Snapshot,
  type StoredTensor,
  type StoredWeights,
  stepsPerEpoch,
  writeWeights,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { packArchive, unpackArchive } from './archive.ts';
import { CheckpointFile, type Circumstances } from './checkpoint-file.ts';
import type { LoggedEvent } from './event-log.ts';
import { makeFolder, readIfThere, sweepHalves, writeAtomically } from './files.ts';
import { CUTS_NOTHING } from './open-run.ts';
import type { PreparedExperiment } from './prepare.ts';
import { ProcessLock } from './process-lock.ts';
import { recordable } from './recordable.ts';

/** The dense model of an experiment: its weights before, during and after training. */
export interface Baseline {
  readonly snapshots: Readonly<Partial<Record<Snapshot, StoredWeights>>> & {
    readonly initial: StoredWeights;
    readonly dense: StoredWeights;
  };
  /** Seconds of training; 0 where it was there already. */
  readonly seconds: number;
  /** What happened in its training, for the log of each run that starts from it. */
  readonly history: readonly LoggedEvent[];
  readonly stoppedEarly?: string;
}

export interface BaselineOptions {
  /** Where baselines are kept by hash. */
  readonly folder: string;
  readonly hash: string;
  /** Steps whose weights are needed for rewinding. */
  readonly steps: readonly number[];
  /** Steps whose weights others will need: kept, too, where it comes to a training. */
  readonly alsoKeep?: readonly number[];
  /** All that the hash stands for: a checkpoint of a killed training holds only where it is the same. */
  readonly circumstances: Circumstances;
  readonly signal?: AbortSignal;
  /** Seconds between two checkpoints; 10 where it is not given. */
  readonly checkpointEvery?: number;
  /** What happens now. */
  readonly onEvent?: (event: RunEvent) => void;
  /** What had happened before, in other processes; called once, before any event. */
  readonly onHistory?: (events: readonly LoggedEvent[]) => void;
}

/**
 * Finds the dense baseline by its hash, or trains it: once, however many runs start from it, at the same time or
 * later. The prepared model has the dense weights afterwards.
 */
export async function denseBaseline(prepared: PreparedExperiment, options: BaselineOptions): Promise<Baseline> {
  const file = path.join(options.folder, `${options.hash}.bin`);
  await makeFolder(options.folder);
  const lock = await ProcessLock.take(`${file}.lock`, {
    onWait: () => options.onEvent?.({ type: 'log', message: 'Waiting for another process, which trains the same dense model' }),
    signal: options.signal,
  });
  try {
    await sweepHalves(file);
    const found = await readBaseline(file);
    if (found !== undefined && options.steps.every((step) => found.snapshots[`step-${step}`] !== undefined)) {
      options.onHistory?.(found.history);
      writeWeights(prepared.model, found.snapshots.dense);
      return { ...found, seconds: 0 };
    }
    if (found !== undefined) {
      const baseline = await withMoreSteps(prepared, found, options);
      await writeAtomically(file, packArchive({ ...baseline, seconds: found.seconds }));
      return baseline;
    }
    const steps = [...new Set([...options.steps, ...(options.alsoKeep ?? [])])].sort((a, b) => a - b);
    const checkpointFile = `${file}.${steps.map((step) => `${step}.`).join('')}checkpoint`;
    await sweepHalves(checkpointFile);
    const trained = await trainBaseline(prepared, { ...options, steps }, checkpointFile);
    await writeAtomically(file, packArchive(trained));
    await rm(checkpointFile, { force: true });
    return trained;
  } finally {
    await lock.free();
  }
}

/**
 * The weights of a dense model that is kept; undefined where it is not any more.
 *
 * @param hash its name, as a record tells it: whatever else it is, it is no path.
 */
export async function keptDenseWeights(folder: string, hash: string): Promise<StoredWeights | undefined> {
  if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
  return (await readBaseline(path.join(folder, `${hash}.bin`)))?.snapshots.dense;
}

/** A damaged file counts as none: it is trained again. */
async function readBaseline(file: string): Promise<Baseline | undefined> {
  try {
    const bytes = await readIfThere(file);
    return bytes === undefined ? undefined : (unpackArchive(bytes, file) as Baseline);
  } catch {
    return undefined;
  }
}

/**
 * A baseline that is there, with the weights of steps that nobody had asked for before: its training is gone through
 * again as far as the last of them.
 */
async function withMoreSteps(prepared: PreparedExperiment, found: Baseline, options: BaselineOptions): Promise<Baseline> {
  const { signal, onEvent, onHistory } = options;
  const steps = [...options.steps, ...(options.alsoKeep ?? [])].filter((step) => found.snapshots[`step-${step}`] === undefined);
  const last = Math.max(...steps);
  onHistory?.(found.history);
  onEvent?.({ type: 'log', message: `Going through the dense training again as far as step ${last}, whose weights are wanted` });
  const started = performance.now();
  writeWeights(prepared.model, found.snapshots.initial);
  // What happens in it has been told when it was trained.
  const run = await LiveRun.open({ ...denseParts(prepared), signal });
  try {
    await run
      .train(run.budget, async ({ number }) => {
        if (steps.includes(number)) await keepSnapshot(run, number);
        if (number === last) throw new FarEnough();
      })
      .catch((error) => {
        if (!(error instanceof FarEnough)) throw error;
      });
    const snapshots: Partial<Record<Snapshot, StoredWeights>> = {};
    for (const step of steps.filter((each) => each <= run.stepsDone)) snapshots[`step-${step}`] = await snapshotOf(run, step);
    writeWeights(prepared.model, found.snapshots.dense);
    return { ...found, snapshots: { ...snapshots, ...found.snapshots }, seconds: (performance.now() - started) / 1000 };
  } finally {
    run.dispose();
  }
}

/** Not an error: the end of a training whose rest nobody needs. */
class FarEnough extends Error {}

/** A run that trains and cuts nothing. */
function denseParts({ experiment, model, train, validation, data, loss, denseOptimizer, trainer }: PreparedExperiment): LiveRunParts {
  const { epochs, batchSize, earlyStop } = experiment.train;
  return {
    ...{ model, parameters: [], sparsity: Number.NaN, threshold: CUTS_NOTHING },
    ...{ train, validation, task: data.task, loss, optimizer: denseOptimizer, trainer, batchSize, earlyStop },
    budget: Budget.ofEpochs(epochs, stepsPerEpoch(train, batchSize)),
    seed: experiment.seed,
    phase: 'dense',
  };
}

async function trainBaseline(prepared: PreparedExperiment, options: BaselineOptions, checkpointFile: string): Promise<Baseline> {
  const { model } = prepared;
  const { circumstances, signal } = options;
  const initial = await readWeights(model);
  const note = (message: string) => options.onEvent?.({ type: 'log', message });
  const checkpoints = new CheckpointFile(checkpointFile, { circumstances, note });
  // History and snapshots are in the run's keeping, so that they are in its checkpoints.
  let history = ((await checkpoints.load())?.keptValues[HISTORY] ?? []) as unknown as readonly LoggedEvent[];
  options.onHistory?.(history);

  const started = performance.now();
  const run: LiveRun = await LiveRun.open({
    ...denseParts(prepared),
    signal,
    onEvent: (event) => {
      if (recordable(event)) {
        history = [...history, { ...event, at: new Date().toISOString() }];
        run.keep.value<Json>(HISTORY, []).current = history as unknown as Json;
      }
      options.onEvent?.(event);
    },
    checkpoints,
    checkpointEvery: options.checkpointEvery,
  });
  checkpoints.spending = () => ({ prune: 0, score: 0, train: checkpoints.spentBefore.train + (performance.now() - started) / 1000 });
  try {
    if (run.budget.steps === 0) return { snapshots: { initial, dense: initial }, seconds: 0, history };
    const report = await run.train(run.budget, async (step) => {
      if (options.steps.includes(step.number)) await keepSnapshot(run, step.number);
    });
    await run.finish();
    const snapshots: Partial<Record<Snapshot, StoredWeights>> = {};
    for (const step of options.steps.filter((each) => each <= report.steps)) snapshots[`step-${step}`] = await snapshotOf(run, step);
    const dense = await readWeights(model);
    return {
      snapshots: { ...snapshots, initial, dense },
      seconds: checkpoints.spending().train,
      history,
      stoppedEarly: report.stoppedEarly,
    };
  } finally {
    run.dispose();
  }
}

const HISTORY = 'history';

async function keepSnapshot(run: LiveRun, step: number): Promise<void> {
  // Brings the model's variables up to date.
  await run.finish();
  for (const { name, variable } of modelParameters(run.model)) run.keep.tensor(`${step}/${name}`, () => tf.clone(variable));
}

async function snapshotOf(run: LiveRun, step: number): Promise<StoredWeights> {
  const weights: Record<string, StoredTensor> = {};
  for (const { name } of modelParameters(run.model)) {
    const kept = run.keep.tensor(`${step}/${name}`, () => {
      throw new EspalierError({ where: `step ${step}`, what: 'its weights were not kept' });
    });
    weights[name] = { shape: [...kept.shape], data: Float32Array.from(await kept.data()) };
  }
  return weights;
}
