import * as tf from '@tensorflow/tfjs';
import { samplesFor } from './batch.ts';
import { CallLog } from './call-log.ts';
import type { CallRecord, Checkpoint, CheckpointStore } from './checkpoint.ts';
import { cut } from './cut.ts';
import type { Samples } from './data.ts';
import { atStep, BrokenPromise, Cancelled, EspalierError } from './errors.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import type { Phase, RunEvent } from './events.ts';
import type { Granularity } from './granularity.ts';
import { type Keeping, RunKeeping } from './keeping.ts';
import type { Loss } from './loss.ts';
import { MaskSet } from './mask-set.ts';
import type { Optimizer } from './optimizer.ts';
import type { PrunableParameter } from './parameter.ts';
import type { CutReport, OnStep, PruningRun, Snapshot, TrainHooks, TrainingReport } from './pruning-run.ts';
import { Random } from './random.ts';
import { checkAsked, checkGranularity, checkRegrowing, checkShare, checkThreshold, checkUnits } from './refusal.ts';
import { regrow } from './regrow.ts';
import { EMPTY_PROFILE } from './run-profile.ts';
import { RunSession } from './run-session.ts';
import { type RunState, restoreState, saveState } from './run-state.ts';
import type { Scorer } from './scorer.ts';
import { shuffleMasks } from './shuffle-masks.ts';
import type { Budget } from './step.ts';
import type { Threshold } from './threshold.ts';
import type { StepHooks, Trainer } from './trainer.ts';
import { type EarlyStop, type LoopProgress, trainingLoop } from './training-loop.ts';
import { firstNonFinite, readWeights, type StoredWeights, writeWeights } from './weights.ts';

/** What a run is made of. Model and data stay the caller's. */
export interface LiveRunParts {
  readonly model: tf.LayersModel;
  readonly parameters: readonly PrunableParameter[];
  /** NaN where the threshold alone decides. */
  readonly sparsity: number;
  readonly threshold: Threshold;
  /** What is cut as one; single weights where it is not given. */
  readonly granularity?: Granularity;
  /** Whether a cut may take the last of a parameter; its best group is kept where it is not said. */
  readonly mayEmpty?: boolean;
  readonly train: Samples;
  readonly validation?: Samples;
  readonly task: 'classification' | 'regression';
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly trainer: Trainer;
  readonly batchSize: number;
  readonly budget: Budget;
  readonly seed: number;
  /** What `rewind` can go back to, besides 'dense': the weights that the model has when the run is made. */
  readonly snapshots?: Readonly<Partial<Record<Snapshot, StoredWeights>>>;
  readonly earlyStop?: EarlyStop;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
  /** What the events say they belong to; 'prune' where it is not given. */
  readonly phase?: Phase;
  readonly checkpoints?: CheckpointStore;
  /** Seconds between two checkpoints inside a call; 10 where it is not given. */
  readonly checkpointEvery?: number;
  /** What the rehearsal came to, and of which strategy, in words: one that goes on for many times as long would never end. */
  readonly rehearsed?: { readonly strategy: string; readonly calls: number; readonly steps: number };
}

/** How much longer than its rehearsal a strategy may be, and how long in any case. */
const MUCH_LONGER = 10;
const ANY = { calls: 1000, steps: 1000 };

/**
 * A run that really trains and cuts. Its calls are numbered and their results recorded, so that a strategy that is
 * called again after a kill gets what is finished at once and goes on where it stood. Dispose it at the end.
 */
export class LiveRun implements PruningRun {
  readonly model: tf.LayersModel;
  readonly parameters: readonly PrunableParameter[];
  readonly masks: MaskSet;
  readonly sparsity: number;
  readonly budget: Budget;
  readonly random: Random;
  readonly keep: Keeping;
  readonly signal: AbortSignal;
  readonly rehearsal = false;

  /** Seconds spent, for the record. */
  readonly seconds = { score: 0, train: 0 };
  /** Seconds spent, by what they went into: training without what else is done while it is under way. */
  readonly profile = { ...EMPTY_PROFILE };

  private readonly parts: LiveRunParts;
  private readonly samples: Samples;
  private readonly kept = new RunKeeping();
  private snapshots: Readonly<Partial<Record<Snapshot, StoredWeights>>>;
  private readonly session: RunSession;
  private readonly calls = new CallLog();
  /** Where the training that was under way goes on. */
  private loop: LoopProgress | null = null;
  private insideTraining = false;
  private lastCheckpoint = Date.now();
  private steps = 0;
  private callsMade = 0;

  private constructor(parts: LiveRunParts, dense: StoredWeights) {
    this.parts = parts;
    this.model = parts.model;
    this.parameters = parts.parameters;
    const sets = parts.granularity?.arrange(parts.parameters, parts.model) ?? [];
    this.masks = new MaskSet(
      parts.parameters,
      sets.flatMap(({ companions }) => companions.map(({ parameter }) => parameter)),
    );
    this.sparsity = parts.sparsity;
    this.budget = parts.budget;
    this.random = Random.of(parts.seed, 'run');
    this.keep = this.kept;
    this.signal = parts.signal ?? new AbortController().signal;
    this.samples = samplesFor(parts.model, parts.train);
    const { model, loss, optimizer, seed } = parts;
    const job = { model, samples: this.samples, loss, optimizer, masks: this.masks, seed };
    this.session = new RunSession(parts.trainer, job, (message) => this.log(message));
    this.snapshots = { ...parts.snapshots, dense };
  }

  /**
   * Starts a run, or goes on from the last checkpoint where the store has one. The model must be as it was when the
   * run first started: the checkpoint is put on it when the strategy is back where it stood.
   */
  static async open(parts: LiveRunParts): Promise<LiveRun> {
    checkGranularity(parts.granularity, parts.parameters, parts.model);
    checkThreshold(parts.threshold, parts.granularity, parts.parameters, parts.model);
    const run = new LiveRun(parts, await readWeights(parts.model));
    const checkpoint = await parts.checkpoints?.load();
    if (checkpoint) {
      run.calls.resumeFrom(checkpoint);
      await run.takeOver(run.calls.takeBetweenCalls());
    }
    return run;
  }

  async cut(scorer: Scorer, sparsity: number = this.sparsity): Promise<CutReport> {
    const { threshold } = this.parts;
    checkAsked(sparsity, threshold.decidesSparsity === true);
    return this.call('cut', async () => {
      const started = performance.now();
      await this.session.sync();
      const { model, masks, random, keep } = this;
      let selecting = 0;
      const report = await this.scoring(cut, {
        masks,
        scorer,
        threshold,
        granularity: this.parts.granularity,
        mayEmpty: this.parts.mayEmpty,
        sparsity,
        target: this.sparsity,
        context: { model, masks, random, keep },
        leavesWeights: this.session.zeroes,
        onTime: (part, seconds) => {
          selecting += seconds;
          this.profile[part] += seconds;
        },
      });
      await this.session.refresh();
      const seconds = (performance.now() - started) / 1000;
      this.seconds.score += seconds;
      this.profile.masks += Math.max(0, seconds - selecting);
      this.profile.cuts += 1;
      this.emit({ type: 'cut', step: this.steps, seconds, ...report });
      return report;
    });
  }

  async regrow(share: number, drop: Scorer, grow: Scorer): Promise<CutReport> {
    checkShare(share, 'regrow', 'share to regrow');
    checkRegrowing(this.parts.granularity, this.parameters, this.model);
    for (const scorer of [drop, grow]) checkUnits(scorer, undefined);
    return this.call('regrow', async () => {
      const started = performance.now();
      await this.session.sync();
      const { model, masks, random, keep } = this;
      const report = await this.scoring(regrow, {
        masks,
        share,
        drop,
        grow,
        context: { model, masks, random, keep },
        dropped: async () => this.session.refresh(),
      });
      await this.session.refresh();
      const seconds = (performance.now() - started) / 1000;
      this.seconds.score += seconds;
      this.profile.scoring += seconds;
      this.profile.cuts += 1;
      this.emit({ type: 'regrow', step: this.steps, seconds, share, ...report });
      return report;
    });
  }

  async train(budget: Budget, hooks?: OnStep | TrainHooks): Promise<TrainingReport> {
    if (this.insideTraining) throw new EspalierError('train was called inside the callback of another train');
    return this.call('train', async () => {
      this.insideTraining = true;
      const started = performance.now();
      const scoredBefore = this.seconds.score;
      const { evaluation, saving } = this.profile;
      try {
        return await this.trainFrom(budget, typeof hooks === 'function' ? { onStep: hooks } : (hooks ?? {}));
      } finally {
        this.insideTraining = false;
        const seconds = (performance.now() - started) / 1000 - (this.seconds.score - scoredBefore);
        this.seconds.train += seconds;
        this.profile.training += Math.max(0, seconds - (this.profile.evaluation - evaluation) - (this.profile.saving - saving));
      }
    });
  }

  private async trainFrom(budget: Budget, { onStep, watch, penalty }: TrainHooks): Promise<TrainingReport> {
    const { optimizer, batchSize, seed, earlyStop, validation } = this.parts;
    const hooks = this.stepHooks(watch, penalty);
    const session = await this.session.for(hooks);
    await session.refresh();
    const from = this.loop ?? undefined;
    this.loop = null;
    this.steps += from?.steps ?? 0;
    return trainingLoop({
      session,
      samples: this.samples,
      batchSize,
      learningRate: optimizer.learningRate,
      budget,
      shuffle: { seed, stretch: this.calls.finished.length },
      from,
      earlyStop,
      validate: validation === undefined ? undefined : () => this.measure(validation),
      findNonFinite: () => firstNonFinite(this.model),
      hooks,
      onStep: async (step) => {
        this.steps += 1;
        this.checkLength('steps', 'has trained', this.steps);
        await onStep?.(step);
        this.emit({
          type: 'step',
          phase: this.parts.phase ?? 'prune',
          step: step.number,
          total: step.total,
          done: this.steps,
          loss: step.loss,
        });
      },
      onEpoch: async ({ number, total, loss, step, validation: measured }) => {
        await this.masks.verify(`after epoch ${number}`);
        this.emit({
          type: 'epoch',
          phase: this.parts.phase ?? 'prune',
          epoch: number,
          epochs: total,
          step,
          done: this.steps,
          loss,
          sparsity: this.masks.sparsity,
          validation: measured,
        });
      },
      onProgress: async (progress) => {
        const isDue = Date.now() - this.lastCheckpoint > (this.parts.checkpointEvery ?? 10) * 1000;
        if (this.signal.aborted || isDue) await this.checkpoint(progress);
        if (this.signal.aborted) throw new Cancelled();
      },
    });
  }

  async rewind(to: Snapshot): Promise<void> {
    await this.call('rewind', async () => {
      const weights = this.snapshots[to];
      if (weights === undefined) {
        throw new EspalierError({
          where: `rewind to "${to}"`,
          what: 'there are no such weights',
          why: `this run has ${Object.keys(this.snapshots).join(', ')}`,
        });
      }
      writeWeights(this.model, weights);
      this.masks.apply();
      this.session.reset();
      await this.session.refresh();
      this.emit({ type: 'rewind', to });
      return undefined;
    });
  }

  async shuffleMasks(): Promise<void> {
    await this.call('shuffle', async () => {
      await this.session.sync();
      shuffleMasks({ masks: this.masks, granularity: this.parts.granularity, model: this.model, random: this.random });
      await this.session.refresh();
      this.emit({ type: 'shuffle', step: this.steps, sparsity: this.masks.sparsity });
      return undefined;
    });
  }

  evaluate(): Promise<Evaluation> {
    return this.call('evaluate', async () => {
      await this.session.sync();
      return this.measure(this.parts.validation ?? this.samples);
    });
  }

  log(message: string): void {
    this.emit({ type: 'log', message });
  }

  /** Training steps done. */
  get stepsDone(): number {
    return this.steps;
  }

  /** Checks the promises at the end of a strategy, and brings the model's variables up to date. */
  async finish(): Promise<void> {
    this.calls.checkEnd();
    await this.session.sync();
    await this.masks.verify('at the end of the run');
    this.masks.apply();
  }

  dispose(): void {
    this.session.dispose();
    this.masks.dispose();
    this.kept.dispose();
  }

  private async scoring<R, Request>(work: (request: Request) => Promise<R>, request: Request): Promise<R> {
    try {
      return await work(request);
    } catch (error) {
      throw atStep(error, this.steps);
    }
  }

  private async measure(samples: Samples): Promise<Evaluation> {
    const started = performance.now();
    try {
      return await evaluate(this.model, samples, this.parts.loss, { task: this.parts.task, signal: this.signal });
    } finally {
      this.profile.evaluation += (performance.now() - started) / 1000;
    }
  }

  private stepHooks(watch: Scorer | undefined, penalty: StepHooks['penalty']): StepHooks | undefined {
    if (watch === undefined && penalty === undefined) return undefined;
    const { parameters, model, masks, random, keep } = this;
    const context = { model, masks, random, keep };
    const see = (gradients: ReadonlyMap<string, tf.Tensor>) => {
      const own = parameters.map(({ name, variable }) => gradients.get(name) ?? tf.zerosLike(variable));
      watch?.watch?.(parameters, own, context);
    };
    return { penalty, watch: watch === undefined ? undefined : see };
  }

  private emit(event: RunEvent): void {
    this.parts.onEvent?.(event);
  }

  private get state(): RunState {
    const { model, masks, random, kept, session } = this;
    return { model, masks, random, kept, session };
  }

  /** One numbered call: handed out from the record where it is finished already. Calls inside a training belong to it. */
  private async call<R>(name: CallRecord['call'], work: () => Promise<R>): Promise<R> {
    this.callsMade += 1;
    this.checkLength('calls', 'has made', this.callsMade);
    if (this.insideTraining) return work();
    const recorded = this.calls.handOut(name);
    if (recorded !== undefined) return (await this.repeat(recorded)) as R;
    if (this.signal.aborted) throw new Cancelled();
    await this.takeOver(this.calls.takeInside(name));
    const result = await work();
    const record = { call: name, random: this.random.state(), keptValues: this.kept.saveValues() };
    this.calls.finished.push((result === undefined ? record : { ...record, result }) as CallRecord);
    // An evaluation changes nothing, and is soon done again.
    if (name !== 'evaluate') await this.checkpoint(null);
    return result;
  }

  /** @throws BrokenPromise for a strategy that does not come to an end. */
  private checkLength(what: 'calls' | 'steps', did: string, now: number): void {
    const { rehearsed } = this.parts;
    if (rehearsed === undefined || now <= Math.max(ANY[what], MUCH_LONGER * rehearsed[what])) return;
    throw new BrokenPromise({
      where: `${rehearsed.strategy}, at step ${this.steps}`,
      what: `${did} ${now} ${what} and does not end, where its rehearsal had ${rehearsed[what]}`,
      remedy: 'Count rounds rather than waiting for a loss, an accuracy or a sparsity that may never come',
    });
  }

  private async repeat(record: CallRecord): Promise<unknown> {
    this.random.restore(record.random);
    this.kept.restoreValues(record.keptValues);
    if (record.call === 'train') this.steps += record.result.steps;
    await this.takeOver(this.calls.takeBetweenCalls());
    return 'result' in record ? record.result : undefined;
  }

  private async checkpoint(loop: LoopProgress | null): Promise<void> {
    const { checkpoints } = this.parts;
    if (checkpoints === undefined) return;
    const started = performance.now();
    const numbers = await saveState(this.state);
    await checkpoints.save({ finished: [...this.calls.finished], stepsWithin: loop?.steps ?? 0, loop, ...numbers });
    this.lastCheckpoint = Date.now();
    this.profile.saving += (performance.now() - started) / 1000;
  }

  private async takeOver(checkpoint: Checkpoint | undefined): Promise<void> {
    if (checkpoint === undefined) return;
    this.loop = checkpoint.loop;
    await restoreState(this.state, checkpoint);
  }
}
