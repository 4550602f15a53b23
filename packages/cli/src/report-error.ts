import { CommanderError } from 'commander';
import { WrongUse } from './command.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Terminal } from './terminal.ts';

/** Shows an error as its reader needs it, and says how the process ends. */
export async function showError(error: unknown, terminal: Terminal): Promise<Explained> {
  const explained = await explain(error, terminal);
  terminal.note(explained.text);
  if (terminal.verbose) for (const stack of stacksOf(error)) terminal.note(stack);
  return explained;
}

/** The same for an error that is all there is to answer: with --json the document says it too. */
export async function reportError(error: unknown, terminal: Terminal): Promise<ExitStatus> {
  if (error instanceof CommanderError) return reportWrongArguments(error, terminal);
  const { status, details } = await showError(error, terminal);
  if (terminal.json) terminal.printJson({ error: { message: messageOf(error), ...details } });
  return status;
}

/** Commander has said it to people already. */
function reportWrongArguments({ exitCode, message }: CommanderError, terminal: Terminal): ExitStatus {
  if (exitCode === 0) return EXIT.done;
  if (terminal.json) terminal.printJson({ error: { message: message.replace(/^error: /, '') } });
  return EXIT.wrong;
}

export interface Explained {
  readonly status: ExitStatus;
  readonly text: string;
  /** What a program can read besides the message. */
  readonly details?: Readonly<Record<string, unknown>>;
}

async function explain(error: unknown, terminal: Terminal): Promise<Explained> {
  const colours = terminal.noteColours;
  const line = (message: string) => `${colours.red('error:')} ${message}`;
  if (error instanceof WrongUse) return { status: EXIT.wrong, text: line(error.message) };

  const { Cancelled, ConfigError, EspalierError, StepError } = await import('./index.ts');
  if (error instanceof ConfigError) {
    const { diagnostics } = error;
    return { status: EXIT.wrong, text: error.render({ colour: colours.isColorSupported }), details: { diagnostics } };
  }
  if (error instanceof Cancelled) return { status: EXIT.interrupted, text: 'Interrupted.' };
  if (error instanceof EspalierError) {
    const hint = !terminal.verbose && isSlip(error.cause) ? ' (--verbose shows where)' : '';
    return { status: EXIT.failed, text: line(`${error.message}${hint}`) };
  }
  if (error instanceof StepError) return { status: EXIT.failed, text: line(`${error.message}. ${error.remedy}`) };
  const hint = terminal.verbose ? '' : ' (unexpected; --verbose shows where)';
  return { status: EXIT.failed, text: line(`${messageOf(error)}${hint}`) };
}

/** Whether some code, a plugin's say, went wrong by itself: its author needs the line. */
function isSlip(cause: unknown): boolean {
  return cause instanceof TypeError || cause instanceof ReferenceError || cause instanceof RangeError;
}

/** Of the error and of what caused it. */
function stacksOf(error: unknown): string[] {
  return error instanceof Error ? [error.stack ?? error.message, ...stacksOf(error.cause)] : [];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
