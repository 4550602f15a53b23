/** The thread that ends a test process whose main thread hangs. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

export interface WatchedTests {
  /** Shared with the main thread: it counts up while that lives; the bytes of `words`; the seconds it may be silent, 0 where nothing is watched. */
  readonly beats: Int32Array;
  /** What is under way. */
  readonly words: Uint8Array;
}

const { beats, words } = workerData as WatchedTests;
let last = -1;
let lastAt = Date.now();

setInterval(() => {
  const beat = Atomics.load(beats, 0);
  const limit = Atomics.load(beats, 2);
  if (beat !== last || limit === 0) {
    last = beat;
    lastAt = Date.now();
  }
  if (limit === 0 || Date.now() - lastAt < limit * 1000) return;
  const what = new TextDecoder().decode(words.slice(0, Atomics.load(beats, 1)));
  writeSync(2, `\n${what}: has not given the thread back for ${limit} s: this process is ended. Look for a loop that never ends\n`);
  process.kill(process.pid, 'SIGKILL');
}, 200);
