import type { ExperimentEvent } from '@espalier/experiment';
import type { Terminal } from '../terminal.ts';
import { ProgressBar } from './progress-bar.ts';
import { ProgressLines } from './progress-lines.ts';

/** Shows a run while it goes on. */
export interface Progress {
  show(event: ExperimentEvent): void;
  /** Leaves the screen as it is to be read afterwards. */
  end(): void;
}

/** A bar where a person looks on, else a line per epoch. */
export function progressOn(terminal: Terminal): Progress {
  return terminal.isLive ? new ProgressBar(terminal) : new ProgressLines(terminal);
}
