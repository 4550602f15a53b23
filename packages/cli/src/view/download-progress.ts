import { SingleBar } from 'cli-progress';
import type { Terminal } from '../terminal.ts';
import { bytes } from './format.ts';

/** Shows what is fetched: a bar where a person looks on, else the lines alone. */
export class DownloadProgress {
  private readonly terminal: Terminal;
  private bar: SingleBar | undefined;
  private what = '';

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  log(line: string): void {
    this.terminal.note(line);
  }

  show(what: string, done: number, total: number): void {
    if (!this.terminal.isLive) return;
    if (what !== this.what) this.end();
    this.what = what;
    const shown = { what, size: `${bytes(done)} of ${bytes(total)}` };
    if (this.bar === undefined) {
      this.bar = new SingleBar({
        format: '{bar} {percentage}%  {what}  {size}',
        stream: this.terminal.progress,
        barsize: 20,
        clearOnComplete: true,
      });
      this.bar.start(total, done, shown);
      this.terminal.clear = () => this.end();
    } else this.bar.update(done, shown);
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.terminal.clear = undefined;
  }
}
