import type { SweepEvent } from '@espalier/experiment';
import { MultiBar, type SingleBar } from 'cli-progress';
import type { Terminal } from '../terminal.ts';
import { percent, seconds, significant } from './format.ts';
import { sweepLineOf, Tally } from './sweep-lines.ts';
import type { SweepProgress } from './sweep-progress.ts';
import { withoutMiddle } from './table.ts';

/** So wide are the figures of a worker's line; what is left is for the name of its run. */
const FIGURES = 64;

/** A bar over the whole sweep, and under it a line for each worker with what it does now. */
export class SweepBars implements SweepProgress {
  private readonly terminal: Terminal;
  private readonly tally = new Tally();
  /** What each worker's line says; it outlives the bars, which are taken away for each line that is written. */
  private lines: { share: number; text: string }[] = [];
  private left = '';
  private bars: { readonly all: MultiBar; readonly overall: SingleBar; readonly workers: readonly SingleBar[] } | undefined;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show(event: SweepEvent): void {
    this.tally.count(event);
    if (event.type === 'plan') this.lines = Array.from({ length: event.plan.workers }, () => ({ share: 0, text: 'starts' }));
    else if (event.type === 'begun') this.lines[event.worker] = { share: 0, text: this.nameOf(event.run.name) };
    else if (event.type === 'progress') {
      const { worker, run, phase, share, loss, sparsity, secondsLeft } = event;
      const figures = `${phase}  loss ${significant(loss)}${phase === 'dense' ? '' : `  sparsity ${percent(sparsity, 1)}`}`;
      this.lines[worker] = { share, text: `${this.nameOf(run.name)}  ${figures}` };
      this.left = `${seconds(secondsLeft)} left`;
    } else if (event.type === 'ended') {
      this.lines[event.worker] = { share: 0, text: 'waits' };
      this.left = `${seconds(event.secondsLeft)} left`;
    }
    const line = sweepLineOf(event, this.tally, this.terminal);
    if (line !== undefined) this.terminal.note(line);
    this.draw();
  }

  end(): void {
    this.bars?.all.stop();
    this.bars = undefined;
    this.terminal.clear = undefined;
  }

  private draw(): void {
    this.bars ??= this.begin();
    this.bars.overall.update(this.tally.ended, { left: this.left, total: this.tally.total });
    for (const [index, bar] of this.bars.workers.entries()) {
      const { share, text } = this.lines[index] ?? { share: 0, text: '' };
      bar.update(Math.round(100 * share), { text });
    }
  }

  private begin() {
    const all = new MultiBar({
      format: '  {bar} {text}',
      stream: this.terminal.progress,
      barsize: 12,
      barCompleteChar: '━',
      barIncompleteChar: '╌',
      clearOnComplete: true,
      hideCursor: true,
      fps: 8,
    });
    const overall = all.create(
      Math.max(1, this.tally.total),
      this.tally.ended,
      { left: this.left },
      { format: '{bar} {value}/{total} runs  {left}', barsize: 30 },
    );
    const workers = this.lines.map(({ share, text }) => all.create(100, Math.round(100 * share), { text }));
    // They are drawn again below the line that is written.
    this.terminal.clear = () => this.end();
    return { all, overall, workers };
  }

  private nameOf(name: string): string {
    return withoutMiddle(name, Math.max(16, this.terminal.width - FIGURES));
  }
}
