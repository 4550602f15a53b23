import type { ExperimentEvent } from '@espalier/experiment';
import type { Terminal } from '../terminal.ts';
import { percent, seconds, significant } from './format.ts';
import type { Progress } from './progress.ts';

/** A line per epoch, for logs and pipes. */
export class ProgressLines implements Progress {
  private readonly terminal: Terminal;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show(event: ExperimentEvent): void {
    const line = lineOf(event);
    if (line !== undefined) this.terminal.note(line);
  }

  end(): void {}
}

/** The line that stands for an event; undefined for those that come too often to be told. */
export function lineOf(event: ExperimentEvent): string | undefined {
  switch (event.type) {
    case 'epoch': {
      const validation = event.validation === undefined ? [] : [`validation loss ${significant(event.validation.loss)}`];
      const sparsity = event.phase === 'prune' ? [`sparsity ${percent(event.sparsity)}`] : [];
      return [`${event.phase} epoch ${event.epoch}/${event.epochs}`, `loss ${significant(event.loss)}`, ...validation, ...sparsity].join(
        '  ',
      );
    }
    case 'dense': {
      const { accuracy } = event.measurement;
      const how = event.seconds === 0 ? 'was there already' : `trained in ${seconds(event.seconds)}`;
      return `dense model ${how}${accuracy === null ? '' : `: accuracy ${percent(accuracy)}`}`;
    }
    case 'rewind':
      return `weights back to ${event.to}`;
    case 'log':
      return event.message;
    default:
      return undefined;
  }
}
