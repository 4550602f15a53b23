import type { SweepEvent } from '@espalier/experiment';
import type { Terminal } from '../terminal.ts';
import { SweepBars } from './sweep-bars.ts';
import { SweepLines } from './sweep-lines.ts';

/** Shows a sweep while it goes on. */
export interface SweepProgress {
  show(event: SweepEvent): void;
  /** Leaves the screen as it is to be read afterwards. */
  end(): void;
}

/** A bar over all and a line per worker where a person looks on, else a line per run. */
export function sweepProgressOn(terminal: Terminal): SweepProgress {
  return terminal.isLive ? new SweepBars(terminal) : new SweepLines(terminal);
}
