import path from 'node:path';
import { Cancelled, EspalierError } from '@espalier/core';
import { experimentYaml } from '../config/experiment-yaml.ts';
import { LocalWorker } from './local-worker.ts';
import type { LoadedSweep, SweepRun } from './parse-sweep.ts';
import type { Planned, SweepPlan, SweepTask, Team } from './plan-sweep.ts';
import { recordFailure } from './record-failure.ts';
import { Schedule } from './schedule.ts';
import type { SweepFolder } from './sweep-folder.ts';
import type { SweepPace } from './sweep-pace.ts';
import { type Job, type JobError, type JobEvent, type Outcome, type Worker, WorkerLost } from './worker.ts';

export interface SweepRunOptions {
  /** The folder of the sweep; `sweeps/NAME` in the current folder where it is not given. */
  readonly out?: string;
  /** How many local workers; by default as the nets and the cores suggest. */
  readonly workers?: number;
  /** How often a run that fails is tried again; once where it is not given. */
  readonly retries?: number;
  /** Stop at the first run that fails. */
  readonly failFast?: boolean;
  /** What is under way is brought to a checkpoint when it is aborted. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SweepEvent) => void;
  /** Seconds of training between two checkpoints. */
  readonly checkpointEvery?: number;
  /** Seconds that the strategy of each run has to come to its end; one that has not fails. */
  readonly timeLimit?: number;
  /** Each run that is run also writes a log for `tensorboard --logdir` into a folder in this one. */
  readonly tensorboard?: string;
  /** Workers of another kind than processes of this machine. */
  readonly makeWorkers?: (team: Team) => readonly Worker[];
}

/** What a sweep tells while it goes on. */
export type SweepEvent =
  | { readonly type: 'plan'; readonly plan: SweepPlan }
  | { readonly type: 'begun'; readonly worker: number; readonly run: SweepRun; readonly attempt: number }
  | ({ readonly worker: number; readonly run: SweepRun; readonly secondsLeft: number } & Extract<JobEvent, { type: 'progress' }>)
  | { readonly type: 'log'; readonly worker?: number; readonly run?: SweepRun; readonly message: string }
  | {
      readonly type: 'ended';
      readonly worker: number;
      readonly run: SweepRun;
      readonly status: 'done' | 'failed' | 'interrupted';
      readonly accuracy: number | null;
      readonly sparsity: number | null;
      readonly seconds: number;
      readonly secondsLeft: number;
    }
  /** An attempt failed; with `again` there will be another one. */
  | {
      readonly type: 'failed';
      readonly worker: number;
      readonly run: SweepRun;
      readonly attempt: number;
      readonly error: string;
      readonly again: boolean;
    };

/** How a sweep ended; the records are in its folder. */
export interface SweepResult {
  readonly sweep: string;
  readonly folder: string;
  readonly status: 'done' | 'failed';
  readonly runs: readonly {
    readonly name: string;
    readonly hash: string;
    readonly folder: string;
    readonly values: Readonly<Record<string, unknown>>;
    readonly variant?: string;
    /** `missing` where the sweep was stopped before its turn. */
    readonly status: 'done' | 'failed' | 'missing';
    readonly failures?: readonly string[];
    readonly accuracy: number | null;
    readonly sparsity: number | null;
  }[];
  readonly counts: { readonly done: number; readonly failed: number; readonly missing: number; readonly ranNow: number };
  readonly seconds: number;
}

/** Where so many workers have died before any run was done, they die whatever they are given. */
const HOPELESS = 5;

/** A sweep on its way, in a folder that is this process's. */
export class RunningSweep {
  private readonly sweep: LoadedSweep;
  private readonly folder: SweepFolder;
  private readonly plan: SweepPlan;
  private readonly schedule: Schedule<SweepTask>;
  private readonly pace: SweepPace;
  private readonly options: SweepRunOptions;
  private readonly stopping = new AbortController();
  private readonly failures = new Map<string, string>();
  private readonly underWay = new Map<number, { readonly task: SweepTask; share: number; readonly seconds: number }>();
  private readonly said = new Set<string>();
  private waiters: (() => void)[] = [];
  private lost = 0;
  private ranNow = 0;
  private hasDone = false;
  private fatal: unknown;

  constructor(sweep: LoadedSweep, folder: SweepFolder, { plan, tasks, pace }: Planned, options: SweepRunOptions) {
    this.sweep = sweep;
    this.folder = folder;
    this.plan = plan;
    this.schedule = new Schedule(tasks);
    this.pace = pace;
    this.options = options;
  }

  /** @throws Cancelled, or what made it impossible to go on. */
  async run(): Promise<void> {
    if (this.schedule.isEmpty) return;
    const { signal } = this.options;
    const stop = () => this.stop();
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    const { workers: count, threads } = this.plan;
    const make = this.options.makeWorkers ?? (({ workers }) => Array.from({ length: workers }, () => this.localWorker()));
    const workers = make({ workers: count, threads });
    try {
      await Promise.all(workers.map((worker, index) => this.lane(worker, index)));
    } finally {
      signal?.removeEventListener('abort', stop);
      await Promise.all(workers.map((worker) => worker.close()));
    }
    if (this.fatal !== undefined) throw this.fatal;
    if (signal?.aborted) throw new Cancelled();
  }

  result(seconds: number): SweepResult {
    const { finished, damaged } = this.folder.recorded(this.sweep);
    const runs = this.sweep.runs.map((run) => {
      const { name, hash, values, variant } = run;
      const found = finished.get(hash);
      const failure = damaged.get(hash) ?? this.failures.get(hash);
      const failures = found?.failures ?? (failure === undefined ? [] : [failure]);
      const status = found?.status ?? (failure === undefined ? ('missing' as const) : ('failed' as const));
      return {
        ...{ name, hash, folder: this.folder.of(run), values, ...(variant === undefined ? {} : { variant }), status },
        ...(failures.length === 0 ? {} : { failures }),
        ...{ accuracy: found?.accuracy ?? null, sparsity: found?.sparsity ?? null },
      };
    });
    const count = (status: string) => runs.filter((run) => run.status === status).length;
    const counts = { done: count('done'), failed: count('failed'), missing: count('missing'), ranNow: this.ranNow };
    const status = counts.failed + counts.missing === 0 ? 'done' : 'failed';
    return { sweep: this.sweep.name, folder: this.folder.path, status, runs, counts, seconds };
  }

  private localWorker(): Worker {
    return new LocalWorker({
      onOutput: (text) => {
        for (const line of text.split('\n')) if (line.trim() !== '') this.emit({ type: 'log', message: line });
      },
    });
  }

  /** One worker's runs, one after the other, until none is left. */
  private async lane(worker: Worker, index: number): Promise<void> {
    for (;;) {
      const task = await this.next();
      if (task === undefined) return;
      await this.attempt(task, worker, index).catch((error) => {
        this.fatal ??= error;
        this.stop();
      });
      this.schedule.ended(task);
      this.underWay.delete(index);
      this.wake();
    }
  }

  /** The next run; waits while all that are left are held back by one under way. */
  private async next(): Promise<SweepTask | undefined> {
    for (;;) {
      if (this.stopping.signal.aborted) return undefined;
      const task = this.schedule.next();
      if (task !== undefined) return task;
      // What is under way may fail, and have to be tried again.
      if (this.schedule.isEmpty && this.underWay.size === 0) return undefined;
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  private async attempt(task: SweepTask, worker: Worker, index: number): Promise<void> {
    const { run } = task;
    const seconds = this.schedule.secondsOf(task);
    const started = performance.now();
    const state = { task, share: 0, seconds };
    this.underWay.set(index, state);
    this.emit({ type: 'begun', worker: index, run, attempt: task.attempt });
    const onEvent = (event: JobEvent) => {
      if (event.type === 'dense') {
        this.schedule.denseIsThere(task);
        this.wake();
      } else if (event.type === 'progress') {
        state.share = event.share;
        this.emit({ ...event, worker: index, run, secondsLeft: this.secondsLeft() });
      } else this.emit({ ...event, worker: index, run });
    };
    let outcome: Outcome;
    try {
      outcome = await worker.run(this.jobOf(task), { onEvent, signal: this.stopping.signal });
    } catch (error) {
      if (!(error instanceof WorkerLost)) throw error;
      this.lost += 1;
      // Who asked it to stop need not know how it did.
      outcome = this.stopping.signal.aborted
        ? { status: 'interrupted' }
        : { status: 'failed', error: { name: error.name, message: error.message } };
    }
    // The worker's own time, as its start says nothing of the runs after it.
    const taken = outcome.seconds ?? (performance.now() - started) / 1000;
    const { error } = outcome;
    // Every other run would meet the same.
    if (error?.code === 'ENOSPC' || error?.code === 'EDQUOT') throw new EspalierError(error.message);
    const again = outcome.status === 'failed' && error !== undefined && this.isWorthAnother(task, error);
    if (outcome.status === 'failed') await this.noteFailure(task, { error: error as JobError, again, worker: index });
    if (again) {
      task.attempt += 1;
      this.schedule.again(task);
      return;
    }
    if (outcome.status !== 'interrupted') this.ranNow += 1;
    if (outcome.status === 'done') this.hasDone = true;
    this.underWay.delete(index);
    this.pace.done(seconds, outcome.status === 'done' ? taken : undefined);
    const { status, accuracy = null, sparsity = null } = outcome;
    this.emit({ type: 'ended', worker: index, run, status, accuracy, sparsity, seconds: taken, secondsLeft: this.secondsLeft() });
    if (outcome.status === 'failed' && this.options.failFast === true) this.stop();
  }

  private isWorthAnother({ attempt }: SweepTask, { name }: JobError): boolean {
    if (this.stopping.signal.aborted || attempt > (this.options.retries ?? 1)) return false;
    // These come out the same each time.
    return !['ConfigError', 'Diverged', 'BrokenPromise', 'MissedExpectation', 'OutOfTime'].includes(name);
  }

  private async noteFailure(task: SweepTask, { error, again, worker }: { error: JobError; again: boolean; worker: number }): Promise<void> {
    const { run, attempt } = task;
    const { message } = error;
    this.emit({ type: 'failed', worker, run, attempt, error: message, again });
    // Such a record is complete, and says so itself.
    if (error.name === 'MissedExpectation') return;
    await this.folder.addAttempt(run, message);
    if (!again) {
      this.failures.set(run.hash, message);
      await recordFailure(this.sweep, run, { folder: this.folder.of(run), message });
    }
    if (this.lost < HOPELESS || this.hasDone) return;
    throw new EspalierError({
      what: `${HOPELESS} workers died and no run was done`,
      why: message,
      remedy: 'espalier doctor says what is wrong with the backend',
    });
  }

  private jobOf({ run, attempt, steps }: SweepTask): Job {
    const { name, hash, values, variant } = run;
    const { checkpointEvery, timeLimit, tensorboard } = this.options;
    return {
      ...{ name, hash, experiment: experimentYaml(run.experiment), base: this.sweep.baseFolder, folder: this.folder.of(run), attempt },
      ...{ variant: { sweep: this.sweep.name, run: name, hash, values, ...(variant === undefined ? {} : { variant }) } },
      ...{ threads: this.plan.threads, ...(checkpointEvery === undefined ? {} : { checkpointEvery }) },
      ...(timeLimit === undefined ? {} : { timeLimit }),
      ...(steps.length === 0 ? {} : { keepSteps: steps }),
      ...(tensorboard === undefined ? {} : { tensorboard: path.resolve(tensorboard) }),
    };
  }

  private stop(): void {
    this.stopping.abort();
    this.wake();
  }

  private wake(): void {
    const waiting = this.waiters;
    this.waiters = [];
    for (const resume of waiting) resume();
  }

  private secondsLeft(): number {
    let underWay = 0;
    for (const { share, seconds } of this.underWay.values()) underWay += share * seconds;
    return this.pace.secondsLeft(underWay);
  }

  private emit(event: SweepEvent): void {
    if (event.type === 'log') {
      // Every run on every worker says the same of the data and the backend.
      if (this.said.has(event.message)) return;
      this.said.add(event.message);
    }
    this.options.onEvent?.(event);
  }
}
