import type { SweepEvent } from '@espalier/experiment';
import type { Terminal } from '../terminal.ts';
import { percent, printable, seconds } from './format.ts';
import type { SweepProgress } from './sweep-progress.ts';

/** A line per run that ended, for logs and pipes. */
export class SweepLines implements SweepProgress {
  private readonly terminal: Terminal;
  private readonly tally = new Tally();

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show(event: SweepEvent): void {
    this.tally.count(event);
    const line = sweepLineOf(event, this.tally, this.terminal);
    if (line !== undefined) this.terminal.note(line);
  }

  end(): void {}
}

/** How many runs there are, and how many of them came to an end. */
export class Tally {
  total = 0;
  ended = 0;

  count(event: SweepEvent): void {
    if (event.type === 'plan') {
      this.total = event.plan.runs.length;
      this.ended = event.plan.runs.filter(({ recorded }) => recorded !== undefined).length;
    } else if (event.type === 'ended' && event.status !== 'interrupted') this.ended += 1;
  }
}

/** The line that stands for an event; undefined for those that come too often to be told. */
export function sweepLineOf(event: SweepEvent, { ended, total }: Tally, terminal: Pick<Terminal, 'noteColours'>): string | undefined {
  const colours = terminal.noteColours;
  switch (event.type) {
    case 'ended': {
      const { run, status, accuracy, sparsity, secondsLeft } = event;
      if (status === 'interrupted') return `${colours.yellow('‖')} ${run.name}  interrupted, its checkpoint is kept`;
      const figures = [
        ...(accuracy === null ? [] : [`accuracy ${percent(accuracy)}`]),
        ...(sparsity === null ? [] : [`sparsity ${percent(sparsity)}`]),
      ];
      const left = ended < total ? `${colours.dim(`${seconds(secondsLeft)} left`)}` : '';
      const mark = status === 'done' ? colours.green('✓') : colours.red('✗');
      return [`${mark} ${ended}/${total}`, run.name, ...figures, seconds(event.seconds), left].filter(Boolean).join('  ');
    }
    case 'failed':
      return `${colours.red('✗')} ${event.run.name}: ${printable(event.error)}${event.again ? ` ${colours.dim('(tried again later)')}` : ''}`;
    case 'log':
      return event.message;
    default:
      return undefined;
  }
}
