import { EXIT } from './exit-status.ts';

/**
 * Ctrl-C and SIGTERM. Where a command has asked for the signal, the first one lets it come to a good end (the
 * checkpoint is written) and a second one ends at once; elsewhere the first one does.
 */
export class Interrupt {
  private readonly controller = new AbortController();
  private readonly say: (line: string) => void;
  private isHeeded = false;

  constructor(say: (line: string) => void) {
    this.say = say;
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => this.receive());
    // `run --watch` lets go of its runs to stop them.
    process.on('disconnect', () => this.receive());
    process.channel?.unref();
  }

  /** Whoever takes it promises to stop soon when it is aborted. */
  get signal(): AbortSignal {
    this.isHeeded = true;
    return this.controller.signal;
  }

  private receive(): void {
    if (!this.isHeeded || this.controller.signal.aborted) process.exit(EXIT.interrupted);
    this.say('Stopping after this step; once more to stop at once.');
    this.controller.abort();
  }
}
