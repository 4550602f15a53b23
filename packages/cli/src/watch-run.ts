import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOfConfig } from '@espalier/experiment';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit-status.ts';
import { plural, printable } from './view/format.ts';
import { WatchedFiles } from './watch.ts';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

/**
 * Runs a config, and again when it or the source of its plugins changes, until Ctrl-C. Each time in a process of its
 * own, which has the code as it is now; one that is under way is stopped first.
 *
 * @param args of `espalier run`, without `--watch`.
 */
export async function watchRun(config: string, args: readonly string[], context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { signal } = context.interrupt;
  const interrupted = once(signal, 'abort').then(() => undefined);
  while (!signal.aborted) {
    const files = await WatchedFiles.of(await filesOfConfig(config));
    const run = new WatchedRun(args);
    const change = files.changed();
    void run.ended.then((isStopped) => {
      if (!isStopped) terminal.note(`\nWatching ${plural(files.count, 'file')}: saving one runs it again, Ctrl-C ends.`);
    });
    const changed = await Promise.race([change, interrupted]);
    files.close();
    if (changed !== undefined) terminal.note(`\n${printable(path.relative('.', changed))} has changed.`);
    await run.stop();
  }
  context.status = EXIT.interrupted;
}

/** `espalier run` in a process of its own: Ctrl-C in a terminal does not reach it, and it ends when this process does. */
class WatchedRun {
  /** Whether it was told to stop before it was done. */
  readonly ended: Promise<boolean>;
  private readonly child: ChildProcess;
  private isStopped = false;

  constructor(args: readonly string[]) {
    this.child = fork(MAIN, ['run', ...args], { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    // Not "close": a channel that is let go of never tells of that.
    this.ended = once(this.child, 'exit').then(() => this.isStopped);
  }

  /** Its last step is finished first, and its checkpoint written. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }
}
