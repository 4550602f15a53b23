import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Job, type JobEvent, type Outcome, type Worker, WorkerLost } from './worker.ts';

export type ToWorker = { readonly type: 'job'; readonly job: Job } | { readonly type: 'stop' };
export type FromWorker = { readonly type: 'event'; readonly event: JobEvent } | { readonly type: 'outcome'; readonly outcome: Outcome };

const ENTRY = fileURLToPath(new URL('../../dist/sweep/worker-process.js', import.meta.url));

/** How much of what a worker wrote last is kept, to say of what it died. */
const KEPT = 2000;

/** A process of this machine that does one job after the other. It is started with the first, and anew after it died. */
export class LocalWorker implements Worker {
  private child: ChildProcess | undefined;
  private lastWords = '';
  private readonly onOutput: (text: string) => void;

  /** @param onOutput gets what the process writes: a plugin's console.log, a library's complaint. */
  constructor({ onOutput = () => {} }: { readonly onOutput?: (text: string) => void } = {}) {
    this.onOutput = onOutput;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process before there is work for it. */
  start(): ChildProcess {
    if (this.child !== undefined) return this.child;
    this.lastWords = '';
    const child = fork(ENTRY, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.lastWords = (this.lastWords + text).slice(-KEPT);
        this.onOutput(text);
      });
    }
    // Whatever ends this process (a second Ctrl-C, say) must not leave the worker training.
    const kill = () => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => {
      process.off('exit', kill);
      if (this.child === child) this.child = undefined;
    });
    this.child = child;
    return child;
  }

  run(job: Job, { onEvent, signal }: { readonly onEvent: (event: JobEvent) => void; readonly signal: AbortSignal }): Promise<Outcome> {
    const child = this.start();
    return new Promise((resolve, reject) => {
      const stop = () => send(child, { type: 'stop' });
      const hear = (message: FromWorker) => {
        if (message.type === 'event') return onEvent(message.event);
        settle();
        if (message.outcome.isSpent === true) this.retire(child);
        resolve(message.outcome);
      };
      const lose = (why: string) => {
        settle();
        const said = this.lastWords.trim().split('\n').at(-1) ?? '';
        reject(new WorkerLost(`the worker process ${why}${said === '' ? '' : `; it last wrote: ${said}`}`));
      };
      // Not "exit": by "close" all that it wrote has been read.
      const close = (code: number | null, by: NodeJS.Signals | null) =>
        lose(by === null ? `ended with status ${code}` : `was killed by ${by}`);
      const fail = (error: Error) => lose(`could not be started: ${error.message}`);
      const settle = () => {
        signal.removeEventListener('abort', stop);
        child.off('message', hear).off('close', close).off('error', fail);
      };
      child.on('message', hear).on('close', close).on('error', fail);
      send(child, { type: 'job', job });
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
    });
  }

  async close(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    this.retire(child);
    await ended;
  }

  /** Between two jobs there is nothing that a process could lose. */
  private retire(child: ChildProcess): void {
    if (this.child === child) this.child = undefined;
    child.kill('SIGKILL');
  }
}

/** A process that is dying takes no message: its end says all. */
function send(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}
