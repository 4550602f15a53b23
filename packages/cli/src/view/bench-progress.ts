import { SingleBar } from 'cli-progress';
import type { Terminal } from '../terminal.ts';

/** What is going on: a bar where a person looks on, else a line for each thing that begins. */
export class BenchProgress {
  private readonly terminal: Terminal;
  private bar: SingleBar | undefined;
  private what = '';

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show(what: string, share: number): void {
    if (!this.terminal.isLive) {
      if (what !== this.what) this.terminal.note(`${what} …`);
      this.what = what;
      return;
    }
    const done = Math.round(100 * share);
    if (this.bar === undefined) {
      this.bar = new SingleBar({
        format: '{bar} {percentage}%  {what}',
        stream: this.terminal.progress,
        barsize: 20,
        clearOnComplete: true,
      });
      this.bar.start(100, done, { what });
      this.terminal.clear = () => this.end();
    } else this.bar.update(done, { what });
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.terminal.clear = undefined;
  }
}
