import path from 'node:path';
import { type Backend, cacheFolder } from '@espalier/backend-node';
import {
  Cancelled,
  type CutReport,
  EMPTY_PROFILE,
  EspalierError,
  type LiveRun,
  modelParameters,
  type RunEvent,
  type RunProfile,
  type StoredTensor,
  type StoredWeights,
  writeWeights,
} from '@espalier/core';
import type { Network } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import { controlOf } from '../config/experiment.ts';
import { baselineHash, type LoadedExperiment, pluginsOfBaseline, shrinkSettings, sparseSettings } from '../config/index.ts';
import { type Baseline, denseBaseline } from './baseline.ts';
import { CheckpointFile, type CheckpointFileOptions, type Circumstances } from './checkpoint-file.ts';
import { circumstancesOf, versions } from './circumstances.ts';
import type { LoggedEvent } from './event-log.ts';
import { brokenExpectations } from './expectations.ts';
import { describeFigures } from './figures.ts';
import { loadGraph, storeGraph } from './graph.ts';
import { latencies, measure } from './measure.ts';
import { missedTarget } from './missed-target.ts';
import { openRun } from './open-run.ts';
import type { Predictor } from './outputs.ts';
import { type Plan, rewoundSteps } from './plan.ts';
import type { PreparedExperiment } from './prepare.ts';
import { recordable } from './recordable.ts';
import { redrawnWeights } from './redrawn.ts';
import type { Measurement, Profile, RunResult, ShrunkMeasurement, SparseMeasurement, Timing } from './result.ts';
import { RUN_FILES, type RunFolder } from './run-folder.ts';
import { comparedSamples, shrinkRun } from './shrink-run.ts';
import { chosen, type SparseChoice, sparseLatencies, storeSparse } from './sparse-run.ts';
import { storeModel } from './stored-model.ts';
import { askedSparsity } from './target.ts';
import { TimeLimit } from './time-limit.ts';

/** What a run tells while it goes on: core's events, and the larger steps around them. */
export type ExperimentEvent =
  | RunEvent
  | { readonly type: 'backend'; readonly backend: Backend }
  | { readonly type: 'plan'; readonly plan: Plan; readonly folder: string }
  | { readonly type: 'dense'; readonly measurement: Omit<Measurement, 'latencyMs'>; readonly seconds: number }
  | ({ readonly type: 'sparse' } & SparseChoice)
  | { readonly type: 'recorded'; readonly folder: string };

export interface ExperimentRunParts {
  readonly loaded: LoadedExperiment;
  readonly prepared: PreparedExperiment;
  readonly plan: Plan;
  readonly folder: RunFolder;
  readonly backend: Backend;
  readonly fingerprints: RunResult['fingerprints'];
  readonly hash: string;
  readonly signal?: AbortSignal;
  readonly checkpointEvery?: number;
  readonly timeLimit?: number;
  /** Steps of the dense training that others rewind to. */
  readonly keepSteps?: readonly number[];
  readonly onEvent: (event: ExperimentEvent) => void;
}

/** One experiment on its way to its record, in a folder that is this process's. */
export class ExperimentRun {
  private readonly parts: ExperimentRunParts;
  private readonly circumstances: Circumstances;
  private checkpoints: CheckpointFile;
  /** The last line of each parameter under which anything fell: a cut that finds all of it done already draws none. */
  private readonly lines = new Map<string, number>();
  /** Parameters that a cut would have emptied. */
  private readonly spared = new Set<string>();
  /** Whether what happens is not in the log yet: the dense training of a run that goes on after it is. */
  private isLogging = true;
  /** Of the dense model that it starts from, once it is known. */
  private baselineName: string | undefined;
  /** Tensors that are there after the pruning and belong to nobody. */
  private tensorsLeft = 0;
  private timing: Timing = { denseS: 0, pruneS: 0, scoreS: 0, trainS: 0, measureS: 0, saveS: 0 };

  constructor(parts: ExperimentRunParts) {
    this.parts = parts;
    const { folder, fingerprints, backend } = parts;
    this.circumstances = circumstancesOf(fingerprints, backend);
    this.checkpoints = this.checkpointFile('checkpoint', { log: folder.log });
  }

  private checkpointFile(name: 'checkpoint' | 'shrinkCheckpoint', how: Pick<CheckpointFileOptions, 'log' | 'isLater'>): CheckpointFile {
    const { circumstances } = this;
    return new CheckpointFile(this.parts.folder.file(name), {
      circumstances,
      note: (message) => this.emit({ type: 'log', message }),
      ...how,
    });
  }

  /** @throws what made the run fail, when it has been recorded. */
  async execute(): Promise<RunResult> {
    const { folder, loaded } = this.parts;
    try {
      const measured = await this.pruneAndMeasure();
      const failures = [
        ...missedTarget(this.parts.prepared, {
          sparsity: measured.pruned.sparsity ?? 0,
          parameters: measured.parameters,
          spared: [...this.spared],
        }),
        ...brokenExpectations(loaded.experiment, measured),
        ...this.leaks(),
      ];
      const outcome = failures.length === 0 ? { status: 'done' as const } : { status: 'failed' as const, failures };
      const result: RunResult = { ...this.identity(), ...outcome, ...measured, ...this.origin() };
      await folder.writeResult(result);
      await folder.removeCheckpoint();
      return result;
    } catch (error) {
      if (!(error instanceof Cancelled)) await this.recordFailure(error);
      throw error;
    }
  }

  private async pruneAndMeasure() {
    const { prepared, folder } = this.parts;
    const { model, selection } = prepared;
    const shrinkCheckpoints = this.checkpointFile('shrinkCheckpoint', { log: folder.log, isLater: true });
    // The log then goes on from there, and not from the end of the pruning.
    if ((await shrinkCheckpoints.load()) !== null) this.checkpoints = this.checkpointFile('checkpoint', {});
    const isResumed = (await this.checkpoints.load()) !== null;
    if (isResumed) for (const event of folder.log.read()) if (event.type === 'cut') this.rememberCut(event as unknown as CutReport);

    this.isLogging = !isResumed;
    const baseline = await this.baseline();
    this.timing = { ...this.timing, denseS: baseline.seconds };
    const dense = await this.timed('measureS', () => this.measure({ bytes: this.parts.plan.dense.bytes }));
    this.emit({ type: 'dense', measurement: dense, seconds: baseline.seconds });
    this.isLogging = true;

    const { signal, checkpointEvery, plan } = this.parts;
    const snapshots = { ...baseline.snapshots, ...(await this.redrawn()) };
    const tensorsBefore = tf.memory().numTensors;
    let tensorsPruned = tensorsBefore;
    const limit = this.timeLimit(() => run.stepsDone);
    const run: LiveRun = await openRun(prepared, {
      snapshots,
      signal: limit?.signal ?? signal,
      onEvent: (event) => {
        limit?.beat();
        this.emit(event);
      },
      checkpoints: this.checkpoints,
      checkpointEvery,
      rehearsed: { strategy: this.strategyInWords(), calls: plan.calls, steps: plan.training.pruneSteps },
    });
    try {
      await this.prune(run, limit);
      this.sayWhereNothingWent(run);
      tensorsPruned = tf.memory().numTensors;
      const bytes = await this.timed('saveS', () => storeModel(model, folder.file('model')));
      const pruned = await this.timed('measureS', () => this.measure({ bytes, masks: run.masks }));
      await run.masks.verify('after saving');
      const small = await this.shrink(run.masks, shrinkCheckpoints);
      const { dense: denseWeights } = baseline.snapshots;
      const measureLatencies = () => this.latencyInTurns(denseWeights, small?.predictors ?? []);
      let milliseconds: number[];
      let sparse: SparseMeasurement | null;
      try {
        milliseconds = await this.timed('measureS', measureLatencies);
        sparse = await this.sparse(small?.model ?? model, denseWeights);
      } finally {
        small?.dispose();
      }
      const [denseMs, prunedMs, shrunkMs, graphMs] = milliseconds;
      const parameters = selection.taken.map(({ name, shape }) => ({
        name,
        shape,
        sparsity: run.masks.get({ name }).sparsity,
        threshold: this.lines.get(name) ?? null,
      }));
      return {
        dense: { ...dense, latencyMs: denseMs as number },
        pruned: { ...pruned, latencyMs: prunedMs as number },
        shrunk: small === undefined ? null : small.measured(shrunkMs as number, graphMs),
        sparse,
        parameters,
        ...(this.spared.size === 0 ? {} : { spared: [...this.spared] }),
        timing: this.timing,
      };
    } finally {
      const tensorsAtEnd = tf.memory().numTensors;
      run.dispose();
      // What measuring made since is not the strategy's.
      this.tensorsLeft = tf.memory().numTensors - tensorsBefore - Math.max(0, tensorsAtEnd - tensorsPruned);
    }
  }

  private timeLimit(stepsDone: () => number): TimeLimit | undefined {
    const { timeLimit: limit, signal, folder } = this.parts;
    if (limit === undefined) return undefined;
    const record = (message: string) => ({ file: folder.file('result'), record: this.failure(message), checkpoint: RUN_FILES.checkpoint });
    return new TimeLimit({ limit, spent: this.checkpoints.spentBefore.prune, signal, strategy: this.strategyInWords(), stepsDone, record });
  }

  private strategyInWords(): string {
    const { experiment, registry } = this.parts.loaded;
    const { name } = experiment.prune.strategy;
    return `strategy "${name}" of ${registry.find('strategy', name)?.plugin}`;
  }

  private leaks(): string[] {
    if (this.tensorsLeft <= 0) return [];
    const where = this.strategyInWords();
    return [
      `${where}: left ${this.tensorsLeft} tensors behind: memory would grow with each run. Compute inside tf.tidy, and keep what has to live in run.keep`,
    ];
  }

  private async baseline(): Promise<Baseline> {
    const { loaded, prepared, plan, folder, fingerprints, signal, checkpointEvery, keepSteps, onEvent } = this.parts;
    const { experiment } = loaded;
    const hash = baselineHash(experiment, this.circumstances['backend'] as string, versions(), {
      ...fingerprints,
      plugins: pluginsOfBaseline(loaded),
    });
    this.baselineName = hash;
    return denseBaseline(prepared, {
      folder: path.join(cacheFolder(), 'baselines'),
      hash,
      steps: rewoundSteps(plan),
      alsoKeep: keepSteps,
      circumstances: this.circumstances,
      signal,
      checkpointEvery,
      onEvent: (event) => this.emit(event),
      onHistory: (events) => {
        if (this.isLogging) folder.log.append(...events);
        // Whoever looks on has not seen them either, but needs no more than to know where it stands.
        const last = events.at(-1);
        if (last !== undefined) onEvent(last as unknown as RunEvent);
      },
    });
  }

  /** The untrained net of another seed, where the strategy goes back to it. */
  private async redrawn(): Promise<{ redrawn?: StoredWeights }> {
    const { plan, prepared } = this.parts;
    return plan.rewinds.some(({ to }) => to === 'redrawn') ? { redrawn: await redrawnWeights(prepared) } : {};
  }

  private async prune(run: LiveRun, limit: TimeLimit | undefined): Promise<void> {
    const { prepared } = this.parts;
    const before = this.checkpoints.spentBefore;
    const started = performance.now();
    const spent = () => ({
      prune: before.prune + (performance.now() - started) / 1000,
      score: before.score + run.seconds.score,
      train: before.train + run.seconds.train,
      profile: addProfiles(before.profile ?? EMPTY_PROFILE, run.profile),
    });
    this.checkpoints.spending = spent;
    const work = async () => {
      await prepared.strategy.prune(run);
      await run.finish();
    };
    try {
      await (limit === undefined ? work() : limit.within(work));
    } catch (error) {
      if (error instanceof EspalierError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new EspalierError({ where: this.strategyInWords(), what: `failed at step ${run.stepsDone}`, why }, { cause: error });
    } finally {
      const { prune, score, train, profile } = spent();
      this.timing = { ...this.timing, pruneS: prune, scoreS: score, trainS: train, profile: recordedProfile(profile) };
    }
  }

  /** A threshold that decides alone may let everything stay, which is no fault and seldom what was meant. */
  private sayWhereNothingWent({ masks }: LiveRun): void {
    const { threshold } = this.parts.prepared;
    if (threshold.decidesSparsity !== true || masks.sparsity > 0) return;
    const { name } = this.parts.loaded.experiment.prune.threshold;
    const message = `nothing was pruned: the threshold "${name}" lets all of the parameters stay that pruning takes; the others are not counted`;
    this.emit({ type: 'log', message });
  }

  private measure({
    model = this.parts.prepared.model,
    ...what
  }: {
    bytes: number;
    masks?: LiveRun['masks'];
    model?: tf.LayersModel;
  }): Promise<Omit<Measurement, 'latencyMs'>> {
    const { prepared, signal } = this.parts;
    const { data, loss, train, figures } = prepared;
    const state = what.masks !== undefined ? 'pruned' : model === prepared.model ? 'dense' : 'shrunk';
    return measure(model, { task: data.task, loss, train, test: data.test, madeUp: data.madeUp, figures, state, signal, ...what });
  }

  /** What the masks left dead is removed for real; undefined where the config does not want it. */
  private async shrink(masks: LiveRun['masks'], checkpoints: CheckpointFile) {
    const { loaded, prepared, folder, signal, checkpointEvery } = this.parts;
    const settings = shrinkSettings(loaded.experiment.shrink);
    if (settings === undefined) return undefined;
    const before = checkpoints.spentBefore;
    const started = performance.now();
    const spent = () => before.prune + (performance.now() - started) / 1000;
    // Checkpoints of this stretch tell its own seconds.
    checkpoints.spending = () => ({ ...before, prune: spent() });
    const around = { signal, checkpointEvery, checkpoints, onEvent: (event: RunEvent) => this.emit(event) };
    const { model, network, sparsity, record } = await shrinkRun(prepared, masks, settings, around);
    this.timing = { ...this.timing, shrinkS: spent() };
    try {
      const bytes = await this.timed('saveS', () => storeModel(model, folder.file('shrunk')));
      await folder.writeRemoval(record);
      const measured = await this.timed('measureS', () => this.measure({ bytes, model }));
      const { units, maxDifference } = record;
      const graph = settings.savedModel === true ? await this.asGraph(network, model) : undefined;
      return {
        model,
        predictors: graph?.predictor === undefined ? [model] : [model, graph.predictor],
        measured: (latencyMs: number, graphMs: number | undefined): ShrunkMeasurement => ({
          ...measured,
          latencyMs,
          sparsity,
          units,
          maxDifference,
          ...(graph === undefined ? {} : { savedModel: { ...graph.measured, latencyMs: graphMs ?? null } }),
        }),
        dispose: () => {
          graph?.predictor?.dispose();
          model.dispose();
        },
      };
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /** The small model in saved-model/, held against what it was made from. */
  private async asGraph(network: Network, model: tf.LayersModel) {
    const { folder, prepared } = this.parts;
    const bytes = await this.timed('saveS', () => storeGraph(network, folder.file('savedModel')));
    const predictor = await this.timed('measureS', () => loadGraph(folder.file('savedModel'), model, comparedSamples(prepared)));
    if (predictor === undefined)
      this.emit({ type: 'log', message: 'saved-model/ is neither checked nor measured: TensorFlow is not here' });
    return { predictor, measured: { bytes, maxDifference: predictor?.maxDifference ?? null } };
  }

  /** The model on sparse kernels, in sparse/, held against what it was made from; null where the config does not want it. */
  private async sparse(model: tf.LayersModel, dense: StoredWeights): Promise<SparseMeasurement | null> {
    const { loaded, prepared, folder, signal } = this.parts;
    const settings = sparseSettings(loaded.experiment.sparse);
    if (settings === undefined) return null;
    if (signal?.aborted) throw new Cancelled();
    const samples = comparedSamples(prepared);
    const copy = await this.timed('saveS', () => storeSparse(model, samples, { settings, folder: folder.file('sparse') }));
    try {
      const note = (message: string) => this.emit({ type: 'log', message });
      this.emit({ type: 'sparse', ...chosen(copy.layers) });
      const measured = () => sparseLatencies(copy.model, () => this.denseModel(dense), samples, { signal, note });
      const { latencyMs, denseWasmLatencyMs } = await this.timed('measureS', measured);
      return { latencyMs, denseWasmLatencyMs, bytes: copy.bytes, maxDifference: copy.maxDifference };
    } finally {
      copy.model.dispose();
    }
  }

  /** Milliseconds of the dense model, the pruned one and the others. */
  private async latencyInTurns(dense: StoredWeights, others: readonly Predictor[]): Promise<number[]> {
    const other = await this.denseModel(dense);
    try {
      const { model, train } = this.parts.prepared;
      return await latencies([other, model, ...others], { samples: train });
    } finally {
      other.dispose();
    }
  }

  /** A second model, with the weights of the dense one. */
  private async denseModel(dense: StoredWeights): Promise<tf.LayersModel> {
    const { source, task, model } = this.parts.prepared;
    const other = await source.build(task);
    // Layers without names of their own have others in a second model.
    const places = modelParameters(model);
    writeWeights(
      other,
      Object.fromEntries(modelParameters(other).map(({ name }, i) => [name, dense[places[i]?.name ?? name] as StoredTensor])),
    );
    return other;
  }

  private rememberCut({ parameters, spared = [] }: Pick<CutReport, 'parameters' | 'spared'>): void {
    for (const { name, threshold } of parameters) if (threshold !== null) this.lines.set(name, threshold);
    for (const name of spared) this.spared.add(name);
  }

  private identity() {
    const { name, seed, prune } = this.parts.loaded.experiment;
    return {
      experiment: name,
      hash: this.parts.hash,
      seed,
      strategy: prune.strategy.name,
      control: controlOf(this.parts.loaded.experiment),
    };
  }

  private origin() {
    const { loaded, prepared, backend, fingerprints } = this.parts;
    const baseline = this.baselineName === undefined ? {} : { baseline: this.baselineName };
    const { attempts: _attempts, ...computedBy } = backend;
    const figures = describeFigures(prepared.figures);
    return {
      asked: loaded.experiment.prune.sparsity === undefined ? null : askedSparsity(prepared),
      backend: computedBy,
      versions: versions(),
      fingerprints,
      ...baseline,
      ...(Object.keys(figures).length === 0 ? {} : { figures }),
      config: JSON.parse(JSON.stringify(loaded.experiment)) as RunResult['config'],
    };
  }

  private async recordFailure(error: unknown): Promise<void> {
    const failure = this.failure(error instanceof Error ? error.message : String(error));
    // A full disk must not hide the error that came first.
    await this.parts.folder.writeResult(failure).catch(() => {});
  }

  /** The record of a run that did not come to its end. */
  private failure(message: string): RunResult {
    const { folder } = this.parts;
    return {
      ...this.identity(),
      status: 'failed',
      failures: [message],
      ...(folder.hasCheckpoint() ? { checkpoint: RUN_FILES.checkpoint } : {}),
      dense: null,
      pruned: null,
      shrunk: null,
      sparse: null,
      parameters: [],
      timing: this.timing,
      ...this.origin(),
    };
  }

  private async timed<T>(name: 'measureS' | 'saveS', work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.timing = { ...this.timing, [name]: this.timing[name] + (performance.now() - started) / 1000 };
    }
  }

  private emit(event: ExperimentEvent): void {
    const { folder, onEvent } = this.parts;
    folder.checkLock();
    if (event.type === 'cut') this.rememberCut(event);
    if (this.isLogging && recordable(event)) folder.log.append({ ...event, at: new Date().toISOString() } as LoggedEvent);
    onEvent(event);
  }
}

function addProfiles(before: RunProfile, now: RunProfile): RunProfile {
  const keys = Object.keys(now) as (keyof RunProfile)[];
  return Object.fromEntries(keys.map((key) => [key, before[key] + now[key]])) as unknown as RunProfile;
}

function recordedProfile({ scoring, thresholds, masks, training, evaluation, saving, cuts }: RunProfile): Profile {
  const seconds = { scoringS: scoring, thresholdsS: thresholds, masksS: masks, trainingS: training, evaluationS: evaluation, ioS: saving };
  return { ...seconds, cuts };
}
