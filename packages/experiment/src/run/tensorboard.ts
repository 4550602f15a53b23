import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, type SummaryWriter, summaryWriter } from '@espalier/backend-node';
import { EspalierError, modelParameters, type StoredWeights } from '@espalier/core';
import { loadModel, readModelFiles } from '@espalier/models';
import * as tf from '@tensorflow/tfjs';
import { keptDenseWeights } from './baseline.ts';
import { EventLog, type LoggedEvent } from './event-log.ts';
import type { RunResult } from './result.ts';
import { RUN_FILES, readResult } from './run-folder.ts';

/** Logs of this process. */
let written = 0;

/**
 * Writes what a run has recorded as a log that `tensorboard --logdir` shows: losses and sparsity by step, accuracies, and
 * histograms of the weights before (where the dense model is kept still) and after the pruning.
 *
 * @param logs in it a folder NAME-HASH of the run's own is written anew.
 * @returns that folder.
 * @throws EspalierError where the folder holds no record of a finished run. StepError where there is no native backend.
 */
export async function writeTensorBoard(folder: string, logs: string): Promise<string> {
  const result = await readResult(folder);
  if (result === undefined || result.pruned === null)
    throw new EspalierError({ where: folder, what: 'holds no measured run, so there is nothing to show' });
  const to = logFolder(logs, result);
  // A process has one writer for a folder, so each log is written in one of its own.
  written += 1;
  const half = `${to}.${process.pid}.${written}.half`;
  const before = tf.getBackend();
  try {
    const writer = await summaryWriter(half);
    const events = new EventScalars(writer);
    events.write(new EventLog(path.join(folder, RUN_FILES.events)).read());
    await writeEnd(writer, { folder, result, last: events.last });
    await rm(to, { recursive: true, force: true });
    await rename(half, to);
  } finally {
    if (before !== undefined) await tf.setBackend(before);
    await rm(half, { recursive: true, force: true });
  }
  return to;
}

/** A record may come from elsewhere; its name must not lead out of the folder. */
export function logFolder(logs: string, { experiment, hash }: Pick<RunResult, 'experiment' | 'hash'>): string {
  return path.join(logs, path.basename(`${experiment}-${hash.slice(0, 8)}`));
}

/** Events as scalars by step. */
export class EventScalars {
  /** The last step of the pruning. */
  last = 0;

  constructor(private readonly writer: SummaryWriter) {}

  write(events: readonly LoggedEvent[]): void {
    const { writer } = this;
    for (const { type, phase, done, loss, sparsity, validation } of events) {
      const at = typeof done === 'number' ? done : this.last;
      if (phase === 'prune') this.last = Math.max(this.last, at);
      if (type === 'step' && typeof loss === 'number') writer.scalar(`${phase}/loss`, loss, at);
      if ((type === 'cut' || type === 'regrow' || type === 'shuffle') && typeof sparsity === 'number')
        writer.scalar('prune/sparsity', sparsity, this.last);
      if (typeof validation === 'object' && validation !== null)
        for (const [name, value] of Object.entries(validation))
          if (typeof value === 'number') writer.scalar(`${phase}/validation ${name}`, value, at);
    }
  }
}

/** What is known when a run is over. */
export async function writeEnd(writer: SummaryWriter, run: EndOfRun): Promise<void> {
  writeMeasured(writer, run.result, run.last);
  await writeWeights(writer, run);
  writer.flush();
}

/** Dense at step 0, pruned at the last one. */
function writeMeasured(writer: SummaryWriter, { dense, pruned }: RunResult, last: number): void {
  for (const name of ['accuracy', 'trainAccuracy', 'loss', 'bytes', 'macs', 'latencyMs'] as const)
    for (const [measured, step] of [
      [dense, 0],
      [pruned, last],
    ] as const) {
      const value = measured?.[name];
      if (typeof value === 'number') writer.scalar(`measured/${name}`, value, step);
    }
}

/** A run that is over. */
export interface EndOfRun {
  readonly folder: string;
  readonly result: RunResult;
  /** The last step of its pruning. */
  readonly last: number;
}

async function writeWeights(writer: SummaryWriter, { folder, result, last }: EndOfRun): Promise<void> {
  const dense = result.baseline === undefined ? undefined : await keptDenseWeights(path.join(cacheFolder(), 'baselines'), result.baseline);
  if (dense !== undefined) writeStored(writer, dense);
  const file = path.join(folder, RUN_FILES.model, 'model.json');
  const model = await loadModel(await readModelFiles(file), file);
  for (const { name, variable } of modelParameters(model)) writer.histogram(`weights/${name}`, variable, last);
  model.dispose();
}

function writeStored(writer: SummaryWriter, weights: StoredWeights): void {
  for (const [name, { shape, data }] of Object.entries(weights))
    tf.tidy(() => writer.histogram(`weights/${name}`, tf.tensor(data, [...shape]), 0));
}
