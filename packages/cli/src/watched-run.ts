import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface WatchedRunOptions {
  /** Seconds that it has to finish its step and write its checkpoint; 10 where they are not given. */
  readonly grace?: number;
  /** Tells the user. */
  readonly note: (line: string) => void;
}

/** `espalier run` in a process of its own: Ctrl-C in a terminal does not reach it, and it ends when this process does. */
export class WatchedRun {
  /** Whether it was told to stop before it was done. */
  readonly ended: Promise<boolean>;
  private readonly child: ChildProcess;
  private readonly grace: number;
  private readonly note: (line: string) => void;
  private isStopped = false;

  /** @param args of `espalier run`. */
  constructor(args: readonly string[], { grace = 10, note }: WatchedRunOptions) {
    this.grace = grace;
    this.note = note;
    this.child = fork(MAIN, ['run', ...args], { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    // One in an endless loop hears of nothing, and would stay behind.
    const kill = () => void this.child.kill('SIGKILL');
    process.once('exit', kill);
    // Not "close": a channel that is let go of never tells of that.
    this.ended = once(this.child, 'exit').then(() => {
      process.off('exit', kill);
      return this.isStopped;
    });
  }

  /** Its last step is finished first, and its checkpoint written; where that takes too long it is killed. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => {
      this.note(`The run does not stop (an endless loop?), and is ended after ${this.grace} s.`);
      this.child.kill('SIGKILL');
    }, this.grace * 1000);
    await this.ended;
    clearTimeout(timer);
  }
}
