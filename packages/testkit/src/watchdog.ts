import { Worker } from 'node:worker_threads';
import type { WatchedTests } from './watchdog-thread.ts';

const THREAD = new URL('../dist/watchdog-thread.js', import.meta.url);
const ROOM = 2048;

/**
 * Tells of a part that never gives the thread back, as nothing in this thread could: a thread beside it says what was under
 * way, and ends the process. There is one for all suites of a process.
 */
class Watchdog {
  private readonly beats = new Int32Array(new SharedArrayBuffer(12));
  private readonly words = new Uint8Array(new SharedArrayBuffer(ROOM));

  constructor() {
    const tests: WatchedTests = { beats: this.beats, words: this.words };
    new Worker(THREAD, { workerData: tests, execArgv: [] }).unref();
    setInterval(() => Atomics.add(this.beats, 0, 1), 200).unref();
  }

  /** Watches some work; it may be silent for so many seconds. */
  async over<T>(what: string, seconds: number, work: () => Promise<T>): Promise<T> {
    const { written } = new TextEncoder().encodeInto(what, this.words);
    Atomics.store(this.beats, 1, written);
    Atomics.add(this.beats, 0, 1);
    Atomics.store(this.beats, 2, Math.ceil(seconds));
    try {
      return await work();
    } finally {
      Atomics.store(this.beats, 2, 0);
    }
  }
}

let watchdog: Watchdog | undefined;

export function watchOver<T>(what: string, seconds: number, work: () => Promise<T>): Promise<T> {
  watchdog ??= new Watchdog();
  return watchdog.over(what, seconds, work);
}
