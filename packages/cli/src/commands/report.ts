import { once } from 'node:events';
import path from 'node:path';
import { type AddCommand, type CommandContext, WrongUse } from '../command.ts';
import { denseWeights } from '../dense-weights.ts';
import { listOption, pluginOption, wholeNumber } from '../options.ts';
import { bytes, plural } from '../view/format.ts';

interface ReportFlags {
  readonly out?: string;
  readonly against?: string;
  readonly tensorboard?: string;
  readonly open?: boolean;
  readonly watch?: boolean;
  readonly port?: number;
  readonly plugin: readonly string[];
  readonly section: readonly string[];
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
    .option('--port <n>', 'of --watch (default: any that is free)', wholeNumber(0, 65_535))
    .addOption(listOption('--section <name>', 'add a report section of a plugin: its name, or "name: {options}" (repeatable)'))
    .addOption(pluginOption())
    .action((folders: string[], flags: ReportFlags) => report(folders, flags, context));
};

async function report(folders: readonly string[], flags: ReportFlags, context: CommandContext): Promise<void> {
  const { WrongRequest } = await import('@espalier/report');
  if (flags.watch && flags.out !== undefined) throw new WrongUse('--watch serves the page and writes none: leave --out away');
  if (flags.watch && flags.tensorboard !== undefined)
    throw new WrongUse('--watch serves the page and writes no logs: call espalier report --tensorboard once the runs are there');
  if (!flags.watch && flags.port !== undefined) throw new WrongUse('--port is of --watch, which serves the page: add --watch');
  const made = flags.watch ? watch(folders, flags, context) : write(folders, flags, context);
  await made.catch((error: unknown) => {
    throw error instanceof WrongRequest ? new WrongUse(error.message, { cause: error }) : error;
  });
}

async function write(
  folders: readonly string[],
  { out, against, open, tensorboard, plugin, section }: ReportFlags,
  { terminal }: CommandContext,
): Promise<void> {
  const { readRuns, writeReport } = await import('@espalier/report');
  const file = out ?? path.join(folders[0] ?? '.', 'report.html');
  const { reportSections } = await import('../report-sections.ts');
  const size = await writeReport(folders, { file, against, denseWeights, sections: await reportSections(section, plugin) });
  terminal.print(`${file} (${bytes(size)}): open it in any browser`);
  if (tensorboard !== undefined) {
    const { writeTensorBoard } = await import('../index.ts');
    const measured = (await readRuns(folders)).runs.filter(({ pruned }) => pruned !== null);
    for (const { folder } of measured) await writeTensorBoard(folder, tensorboard);
    terminal.print(`${tensorboard}: logs of ${plural(measured.length, 'run')}; tensorboard --logdir shows them`);
  }
  if (open) await show(path.resolve(file));
}

async function watch(
  folders: readonly string[],
  { against, open, port = 0, plugin, section }: ReportFlags,
  { terminal, interrupt }: CommandContext,
): Promise<void> {
  const { serveReport, titleOf } = await import('@espalier/report');
  const { reportSections } = await import('../report-sections.ts');
  const sections = await reportSections(section, plugin);
  const { url, close } = await serveReport({ folders, title: titleOf(folders), port, against, denseWeights, sections });
  const { signal } = interrupt;
  terminal.print(`${url} follows ${folders.join(', ')}; Ctrl-C ends it`);
  if (open) await show(url);
  if (!signal.aborted) await once(signal, 'abort');
  await close();
}

async function show(target: string): Promise<void> {
  const { default: open } = await import('open');
  await open(target).catch((error: Error) => {
    throw new WrongUse(`no browser could be started: ${error.message}. Open ${target} yourself`);
  });
}
