import { Worker } from 'node:worker_threads';
import { Cancelled, EspalierError } from '@espalier/core';
import type { WatchedRun } from './watchdog-thread.ts';

const THREAD = new URL('../../dist/run/watchdog-thread.js', import.meta.url);

/** Seconds that a strategy has to come to a stop when its time is up: to write its checkpoint, say. */
const graceOf = (limit: number) => Math.min(10, Math.max(1, limit / 4));

export interface TimeLimitParts {
  /** Seconds. */
  readonly limit: number;
  /** Seconds that went into the pruning before the run was interrupted. */
  readonly spent: number;
  /** Calls the run off for another reason. */
  readonly signal?: AbortSignal;
  /** `strategy "mine" of my-plugin`. */
  readonly strategy: string;
  readonly stepsDone: () => number;
  /** The record of a run that failed with this message. */
  readonly record: (message: string) => Pick<WatchedRun, 'file' | 'record' | 'checkpoint'>;
}

/** A strategy was not done in time. */
export class OutOfTime extends EspalierError {}

/**
 * Ends a strategy whose time is up. One that trains or cuts is called off, with a checkpoint; one that waits for
 * something else is left behind. One that never gives the thread back (an endless loop) can only be ended with its process:
 * a thread beside it writes the record, and kills.
 */
export class TimeLimit {
  /** For the run: aborted where the time is up, or where the run is called off. */
  readonly signal: AbortSignal;
  private readonly parts: TimeLimitParts;
  private readonly over = new AbortController();
  private readonly beats = new Int32Array(new SharedArrayBuffer(8));
  private readonly timers: NodeJS.Timeout[] = [];
  private watchdog: Worker | undefined;

  constructor(parts: TimeLimitParts) {
    this.parts = parts;
    this.signal = AbortSignal.any([this.over.signal, ...(parts.signal === undefined ? [] : [parts.signal])]);
  }

  /** @throws OutOfTime, or what the work throws. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    const left = Math.max(0, this.parts.limit - this.parts.spent);
    const grace = graceOf(this.parts.limit);
    this.watch(left, grace);
    const never = new Promise<never>((_, reject) => {
      this.after(left, () => {
        this.over.abort();
        this.after(grace, () => reject(this.error()));
      });
    });
    try {
      return await Promise.race([work(), never]);
    } catch (error) {
      throw error instanceof Cancelled && this.over.signal.aborted && this.parts.signal?.aborted !== true ? this.error() : error;
    } finally {
      for (const timer of this.timers) clearTimeout(timer);
      await this.watchdog?.terminate();
    }
  }

  private error(): OutOfTime {
    return new OutOfTime(outOfTime(this.parts, this.parts.stepsDone()));
  }

  private after(seconds: number, then: () => void): void {
    this.timers.push(setTimeout(then, seconds * 1000));
  }

  /** Says that this thread lives, and how far it is. */
  beat(): void {
    this.beats[0] = (this.beats[0] as number) + 1;
    this.beats[1] = this.parts.stepsDone();
  }

  private watch(left: number, grace: number): void {
    const { record, limit, strategy } = this.parts;
    this.timers.push(setInterval(() => this.beat(), 100));
    const message = new EspalierError(outOfTime({ limit, strategy }, STEP)).message;
    const run: WatchedRun = { beats: this.beats, limit: left, grace, message, step: STEP, ...record(message) };
    this.watchdog = new Worker(THREAD, { workerData: run, execArgv: [] });
    this.watchdog.unref();
  }
}

/** Stands for the step until that is known. */
const STEP = '@step@';

function outOfTime({ strategy, limit }: Pick<TimeLimitParts, 'strategy' | 'limit'>, step: number | string) {
  return {
    where: `${strategy}, at step ${step}`,
    what: `has not come to its end within ${limit} s`,
    remedy: 'Look for a loop or a promise that never ends; where it is only slow, raise --time-limit: the run goes on from its checkpoint',
  };
}
