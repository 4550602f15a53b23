/** The thread that ends a process whose main thread hangs: it writes the record of the run, and kills. */
import { existsSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { workerData } from 'node:worker_threads';

export interface WatchedRun {
  /** Shared with the main thread: it counts up while that lives, and says the steps done. */
  readonly beats: Int32Array;
  /** Seconds that the run has, and that the main thread may be silent after them. */
  readonly limit: number;
  readonly grace: number;
  /** The record, and where it goes; the name of the checkpoint beside it, where there is one. */
  readonly file: string;
  readonly record: object;
  readonly checkpoint: string;
  /** What the record says; `step` in it stands for the steps done. */
  readonly message: string;
  readonly step: string;
}

const { beats, limit, grace, file, record, checkpoint, message, step } = workerData as WatchedRun;
const started = Date.now();
let last = -1;
let lastAt = started;

setInterval(() => {
  const now = Date.now();
  const beat = Atomics.load(beats, 0);
  if (beat !== last) {
    last = beat;
    lastAt = now;
  }
  if (now - started < limit * 1000 || now - lastAt < grace * 1000) return;
  const said = message.replaceAll(step, String(Atomics.load(beats, 1)));
  try {
    writeSync(2, `${said}\n`);
    // As other records: whole or not at all.
    const half = `${file}.${process.pid}.half`;
    const isThere = existsSync(path.join(path.dirname(file), checkpoint));
    const whole = { ...record, failures: [said], ...(isThere ? { checkpoint } : {}) };
    writeFileSync(half, `${JSON.stringify(whole, null, 2)}\n`);
    renameSync(half, file);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}, 200);
