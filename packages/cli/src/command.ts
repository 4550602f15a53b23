import type { Command } from 'commander';
import type { ExitStatus } from './exit-status.ts';
import type { Interrupt } from './interrupt.ts';
import type { Terminal } from './terminal.ts';

/** What a command works with. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly interrupt: Interrupt;
  /** Set where a command has done its work and its answer is no. */
  status: ExitStatus;
}

/**
 * Adds one command to the program. What it is stands there at once; what it needs is imported when it is called, so
 * that `--help` and the other commands do not wait for it.
 */
export type AddCommand = (program: Command, context: CommandContext) => void;

/** The command was called with something that cannot be; nothing was run. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
