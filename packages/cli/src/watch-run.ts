import { once } from 'node:events';
import path from 'node:path';
import { filesOfConfig } from '@espalier/experiment';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit-status.ts';
import { plural, printable } from './view/format.ts';
import { WatchedFiles } from './watch.ts';
import { WatchedRun } from './watched-run.ts';

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
    const run = new WatchedRun(args, { note: (line) => terminal.note(line) });
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
