import path from 'node:path';
import type { Run, Weights } from '@espalier/report';
import { InvalidArgumentError } from 'commander';
import { type AddCommand, type CommandContext, WrongUse } from '../command.ts';
import { bytes, plural } from '../view/format.ts';

interface ReportFlags {
  readonly out?: string;
  readonly against?: string;
  readonly tensorboard?: string;
  readonly open?: boolean;
  readonly watch?: boolean;
  readonly port: number;
}

export const addReport: AddCommand = (program, context) => {
  program
    .command('report')
    .description('one HTML page with charts of what runs have given; it needs no network')
    .argument('<dir...>', 'folders of runs, of sweeps, or of those')
    .option('--out <file>', 'the page (default: report.html in the folder)')
    .option('--against <name>', 'what to hold strategies against: dense, a control, or a strategy (default: random, else dense)')
    .option('--tensorboard <dir>', 'write logs of all runs for tensorboard --logdir, too')
    .option('--open', 'show it in the browser')
    .option('--watch', 'serve it on this machine, and follow runs that are under way, until Ctrl-C')
    .option('--port <n>', 'of --watch (default: any that is free)', portNumber, 0)
    .action((folders: string[], flags: ReportFlags) => report(folders, flags, context));
};

async function report(folders: readonly string[], flags: ReportFlags, context: CommandContext): Promise<void> {
  const { WrongRequest } = await import('@espalier/report');
  if (flags.watch && flags.out !== undefined) throw new WrongUse('--watch serves the page and writes none: leave --out away');
  const made = flags.watch ? watch(folders, flags, context) : write(folders, flags, context);
  await made.catch((error: unknown) => {
    throw error instanceof WrongRequest ? new WrongUse(error.message, { cause: error }) : error;
  });
}

async function write(
  folders: readonly string[],
  { out, against, open, tensorboard }: ReportFlags,
  { terminal }: CommandContext,
): Promise<void> {
  const { readRuns, writeReport } = await import('@espalier/report');
  const file = out ?? path.join(folders[0] ?? '.', 'report.html');
  const size = await writeReport(folders, { file, against, denseWeights });
  terminal.print(`${file} (${bytes(size)}): open it in any browser`);
  if (tensorboard !== undefined) {
    const { writeTensorBoard } = await import('../index.ts');
    const measured = (await readRuns(folders)).runs.filter(({ pruned }) => pruned !== null);
    for (const { folder } of measured) await writeTensorBoard(folder, tensorboard);
    terminal.print(`${tensorboard}: logs of ${plural(measured.length, 'run')}; tensorboard --logdir shows them`);
  }
  if (open) await show(path.resolve(file));
}

async function watch(folders: readonly string[], { against, open, port }: ReportFlags, { terminal }: CommandContext): Promise<void> {
  const { serveReport, titleOf } = await import('@espalier/report');
  const { url } = await serveReport({ folders, title: titleOf(folders), port, against, denseWeights });
  terminal.print(`${url} follows ${folders.join(', ')}; Ctrl-C ends it`);
  if (open) await show(url);
  // The server keeps the process; Ctrl-C ends both.
  await new Promise(() => {});
}

/** Those of the cache, as long as they are kept there. */
export async function denseWeights({ baseline }: Run): Promise<Weights | undefined> {
  if (baseline === undefined) return undefined;
  const { cacheFolder, keptDenseWeights } = await import('../index.ts');
  const stored = await keptDenseWeights(path.join(cacheFolder(), 'baselines'), baseline);
  return stored === undefined
    ? undefined
    : new Map(Object.entries(stored).map(([name, { shape, data }]) => [name, { shape, values: data }]));
}

async function show(target: string): Promise<void> {
  const { default: open } = await import('open');
  await open(target).catch((error: Error) => {
    throw new WrongUse(`no browser could be started: ${error.message}. Open ${target} yourself`);
  });
}

function portNumber(value: string): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
}
