import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Backend, cacheFolder, useBackend } from '@espalier/backend-node';
import { Cancelled, type CutReport, type RunEvent, writeWeights } from '@espalier/core';
import { saveModel } from '@espalier/models';
import * as tf from '@tensorflow/tfjs';
import { baselineHash, experimentHash, experimentYaml, type LoadedExperiment } from '../config/index.ts';
import { denseBaseline } from './baseline.ts';
import { brokenExpectations } from './expectations.ts';
import { writeAtomically } from './files.ts';
import { latencies, measure } from './measure.ts';
import { openRun } from './open-run.ts';
import { askedSparsity, makePlan, type Plan, rewoundSteps } from './plan.ts';
import { type PreparedExperiment, prepare } from './prepare.ts';
import type { Measurement, RunResult } from './result.ts';
import { RunFolder } from './run-folder.ts';

/** What a run tells while it goes on: core's events, and the larger steps around them. */
export type ExperimentEvent =
  | RunEvent
  | { readonly type: 'backend'; readonly backend: Backend }
  | { readonly type: 'plan'; readonly plan: Plan; readonly folder: string }
  | { readonly type: 'dense'; readonly measurement: Omit<Measurement, 'latencyMs'>; readonly seconds: number }
  | { readonly type: 'recorded'; readonly folder: string };

export interface RunOptions {
  /** The run's folder; `runs/NAME-HASH` in the current folder where it is not given. */
  readonly out?: string;
  /** Run again although the record is there. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExperimentEvent) => void;
  /** Threads of the backend. */
  readonly threads?: number;
}

/**
 * From a checked experiment to its record: dense baseline, pruning, measuring, saving. A folder that holds the record
 * already gives it back at once; one that holds a killed run goes on from its last checkpoint.
 *
 * @throws ConfigError before anything is run, also for what shows only with data and model at hand; Cancelled through the signal (what is done is kept);
 *   EspalierError where the run fails (its folder then has a record with the reason).
 */
export async function runExperiment(loaded: LoadedExperiment, options: RunOptions = {}): Promise<RunResult> {
  const { experiment } = loaded;
  const hash = experimentHash(experiment);
  const folder = path.resolve(options.out ?? path.join('runs', `${experiment.name}-${hash.slice(0, 8)}`));
  const onEvent = options.onEvent ?? (() => {});

  const backend = await useBackend({ choice: experiment.backend, threads: options.threads });
  onEvent({ type: 'backend', backend });
  const prepared = await prepare(loaded, (message) => onEvent({ type: 'log', message }));
  try {
    const plan = await makePlan(prepared);
    onEvent({ type: 'plan', plan, folder });
    if (plan.problems.length > 0) throw loaded.error(plan.problems);

    const run = await RunFolder.open(folder, hash);
    try {
      const recorded = await run.readResult();
      if (recorded !== undefined && recorded.pruned !== null && !options.fresh) {
        onEvent({ type: 'recorded', folder });
        return recorded;
      }
      if (options.fresh || recorded !== undefined) await run.clear();
      await run.writeExperiment(experimentYaml(experiment), hash);
      return await new ExperimentRun(loaded, prepared, plan, run, backend, options).execute(hash);
    } finally {
      await run.close();
    }
  } finally {
    prepared.dispose();
  }
}

/** The same preparation as for a run, and nothing after it. */
export async function planExperiment(loaded: LoadedExperiment): Promise<Plan> {
  await useBackend({ choice: loaded.experiment.backend });
  const prepared = await prepare(loaded);
  try {
    return await makePlan(prepared);
  } finally {
    prepared.dispose();
  }
}

class ExperimentRun {
  private readonly loaded: LoadedExperiment;
  private readonly prepared: PreparedExperiment;
  private readonly plan: Plan;
  private readonly folder: RunFolder;
  private readonly backend: Backend;
  private readonly options: RunOptions;
  private lastCut: CutReport | undefined;

  constructor(
    loaded: LoadedExperiment,
    prepared: PreparedExperiment,
    plan: Plan,
    folder: RunFolder,
    backend: Backend,
    options: RunOptions,
  ) {
    this.loaded = loaded;
    this.prepared = prepared;
    this.plan = plan;
    this.folder = folder;
    this.backend = backend;
    this.options = options;
  }

  async execute(hash: string): Promise<RunResult> {
    const { experiment } = this.loaded;
    const base = {
      experiment: experiment.name,
      hash,
      seed: experiment.seed,
      strategy: experiment.prune.strategy.name,
      shrunk: null,
      sparse: null,
      asked: experiment.prune.sparsity === undefined ? null : askedSparsity(this.prepared),
      backend: { name: this.backend.name, version: this.backend.version },
      versions: versions(),
    };
    try {
      const measured = await this.pruneAndMeasure();
      const failures = [...this.missedTarget(measured.pruned.sparsity ?? 0), ...brokenExpectations(experiment, measured)];
      const result: RunResult = {
        ...base,
        status: failures.length === 0 ? 'done' : 'failed',
        ...(failures.length === 0 ? {} : { failures }),
        ...measured,
      };
      await this.folder.writeResult(result);
      await this.folder.removeCheckpoint();
      return result;
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      const failures = [(error as Error).message];
      const timing = { denseS: 0, pruneS: 0, scoreS: 0, trainS: 0 };
      // A full disk must not hide the error that came first.
      await this.folder
        .writeResult({ ...base, status: 'failed', failures, dense: null, pruned: null, parameters: [], timing })
        .catch(() => {});
      throw error;
    }
  }

  private async pruneAndMeasure() {
    const { experiment } = this.loaded;
    const { prepared, options } = this;
    const { model, data, train, loss, selection, strategy } = prepared;
    const fingerprints = { data: data.fingerprint, model: (await prepared.source.fingerprint?.()) ?? '' };
    const baseline = await denseBaseline(prepared, {
      folder: path.join(cacheFolder(), 'baselines'),
      hash: baselineHash(experiment, this.backend.name, versions(), fingerprints),
      steps: rewoundSteps(this.plan),
      signal: options.signal,
      onEvent: (event) => this.emit(event),
    });
    const common = { task: data.task, loss, train, test: data.test, signal: options.signal };
    const dense = await measure(model, { ...common, bytes: this.plan.dense.bytes });
    this.emit({ type: 'dense', measurement: dense, seconds: baseline.seconds });

    const run = await openRun(prepared, {
      snapshots: baseline.snapshots,
      signal: options.signal,
      onEvent: (event) => this.emit(event),
      checkpoints: this.folder.checkpoints,
    });
    try {
      const started = performance.now();
      await strategy.prune(run);
      await run.finish();
      const pruneS = (performance.now() - started) / 1000;
      const bytes = await this.saveModel(model);
      const pruned = await measure(model, { ...common, bytes, masks: run.masks });
      await run.masks.verify('after saving');
      const [denseMs, prunedMs] = await this.latencyInTurns(baseline.snapshots.dense);
      const parameters = selection.taken.map(({ name, shape }) => ({
        name,
        shape,
        sparsity: run.masks.get({ name }).sparsity,
        threshold: this.lastCut?.parameters.find((parameter) => parameter.name === name)?.threshold ?? null,
      }));
      return {
        dense: { ...dense, latencyMs: denseMs },
        pruned: { ...pruned, latencyMs: prunedMs },
        parameters,
        timing: { denseS: baseline.seconds, pruneS, scoreS: run.seconds.score, trainS: run.seconds.train },
      };
    } finally {
      run.dispose();
    }
  }

  /** Saves as tfjs does, weights gzipped beside it as a web server would send them; bytes of the latter. */
  private async saveModel(model: tf.LayersModel): Promise<number> {
    const folder = this.folder.file('model');
    await saveModel(model, folder);
    let bytes = 0;
    for (const name of await readdir(folder)) {
      if (!name.endsWith('.bin')) continue;
      const zipped = gzipSync(await readFile(path.join(folder, name)), { level: 9 });
      await writeAtomically(path.join(folder, `${name}.gz`), zipped);
      bytes += (await stat(path.join(folder, `${name}.gz`))).size;
    }
    return bytes;
  }

  private async latencyInTurns(dense: Parameters<typeof writeWeights>[1]): Promise<[number, number]> {
    const { source, task, model } = this.prepared;
    const other = await source.build(task);
    try {
      writeWeights(other, dense);
      return (await latencies([other, model])) as [number, number];
    } finally {
      other.dispose();
    }
  }

  /** What was asked beside what was got. */
  private missedTarget(got: number): string[] {
    const { experiment } = this.loaded;
    if (this.prepared.threshold.decidesSparsity || experiment.prune.sparsity === undefined) return [];
    const asked = askedSparsity(this.prepared);
    if (Math.abs(got - asked) <= experiment.prune.tolerance) return [];
    return [
      `sparsity: ${(100 * got).toFixed(2)} % was reached where ${(100 * asked).toFixed(2)} % was asked for (tolerance ${100 * experiment.prune.tolerance} points)`,
    ];
  }

  private emit(event: ExperimentEvent): void {
    if (event.type === 'cut') this.lastCut = event;
    if (this.isWorthRecording(event)) this.folder.appendEvent({ ...event, at: new Date().toISOString() } as never);
    this.options.onEvent?.(event);
  }

  /** About two hundred steps of a stretch of training make a curve; more would only make the log long. */
  private isWorthRecording(event: ExperimentEvent): boolean {
    if (event.type !== 'step') return true;
    const every = Math.max(1, Math.ceil(event.total / 200));
    return event.step % every === 0 || event.step === event.total;
  }
}

const require = createRequire(import.meta.url);

/** Versions that a result depends on. */
export function versions(): RunResult['versions'] {
  const own = require('../../package.json') as { version: string };
  return { espalier: own.version, node: process.version, tfjs: tf.version_core };
}
