import { appendFileSync, closeSync, openSync, readFileSync, readSync, rmSync, statSync, truncateSync } from 'node:fs';
import { diskError } from './files.ts';

/** One line of the log: an event, and when it happened. */
export interface LoggedEvent {
  readonly type: string;
  readonly at: string;
  readonly [field: string]: unknown;
}

/** The log of a run, a line of JSON per event. A process that is killed while it writes leaves half a line at the end. */
export class EventLog {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** In bytes. */
  get length(): number {
    return statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
  }

  append(...events: readonly LoggedEvent[]): void {
    try {
      appendFileSync(this.file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    } catch (error) {
      throw diskError(error, this.file);
    }
  }

  /** Forgets what came after the first so many bytes: what a run that goes on will do, and tell, again. */
  cutBack(length: number): void {
    if (length === 0) rmSync(this.file, { force: true });
    else if (this.length > length) truncateSync(this.file, length);
  }

  /** Every whole line after the first so many bytes, and where the last of them ends. */
  readFrom(start: number): { readonly events: LoggedEvent[]; readonly end: number } {
    const bytes = Buffer.alloc(Math.max(0, this.length - start));
    if (bytes.length === 0) return { events: [], end: start };
    const file = openSync(this.file, 'r');
    try {
      readSync(file, bytes, 0, bytes.length, start);
    } finally {
      closeSync(file);
    }
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    const lines = whole.toString('utf8').split('\n').slice(0, -1);
    return { events: lines.map((line) => JSON.parse(line) as LoggedEvent), end: start + whole.length };
  }

  /** Every whole line. */
  read(): LoggedEvent[] {
    if (this.length === 0) return [];
    const lines = readFileSync(this.file, 'utf8').split('\n');
    return lines.slice(0, -1).map((line) => JSON.parse(line) as LoggedEvent);
  }
}
