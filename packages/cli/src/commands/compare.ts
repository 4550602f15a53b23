import type { Choice, Comparison } from '@espalier/report';
import type { Command } from 'commander';
import { type AddCommand, type CommandContext, WrongUse } from '../command.ts';
import { denseWeights } from '../dense-weights.ts';
import { jsonOption, listOption } from '../options.ts';

interface CompareFlags {
  readonly by: readonly string[];
  readonly where?: string;
  readonly minimize?: string;
  readonly maximize?: string;
  readonly against?: string;
  readonly html?: string;
  readonly csv?: string;
  readonly parquet?: string;
  readonly json?: boolean;
}

export const addCompare: AddCommand = (program, context) => {
  const command: Command = program.command('compare');
  command
    .description('compare runs over their seeds: which strategy, at which setting?')
    .argument('<dir...>', 'folders of runs, of sweeps, or of those')
    .addOption(listOption('--by <field>', 'one row for each value of this field, means over the rest (repeatable)'))
    .option('--where <expr>', 'only settings whose means hold it: "accuracyDrop <= 0.005 and sparsity > 0.9"')
    .option('--minimize <field>', 'of those, the setting with the least: bytes, macs, latencyMs, loss, …')
    .option('--maximize <field>', 'of those, the setting with the most: sparsity, accuracy, …')
    .option('--against <name>', 'what to hold strategies against: dense, a control, or a strategy (default: random, else dense)')
    .option('--html <file>', 'write the report, one page with charts')
    .option('--csv <file>', 'write a line per run')
    .option('--parquet <file>', 'write a row per run')
    .addOption(jsonOption())
    .action((folders: string[], flags: CompareFlags) => compareRuns(folders, flags, context));
};

async function compareRuns(folders: readonly string[], flags: CompareFlags, { terminal }: CommandContext): Promise<void> {
  const report = await import('@espalier/report');
  if (flags.minimize !== undefined && flags.maximize !== undefined) throw new WrongUse('--minimize or --maximize, not both');
  const goal = flags.minimize ?? flags.maximize;
  let comparison: Comparison;
  let choice: Choice | undefined;
  try {
    const read = await report.readRuns(folders);
    comparison = report.compare(read, { by: flags.by, against: flags.against });
    if (flags.where !== undefined) comparison = await report.narrow(comparison, flags.where);
    if (goal !== undefined)
      choice = await report.chooseSetting(comparison, {
        goal,
        direction: flags.minimize === undefined ? 'maximize' : 'minimize',
        where: flags.where,
      });
    if (flags.html !== undefined) await report.writeReport(folders, { file: flags.html, against: flags.against, denseWeights });
    if (flags.html !== undefined && (flags.where !== undefined || flags.by.length > 0))
      terminal.note(`${flags.html}: the report of all runs, each setting by itself: --where and --by do not change it`);
    if (flags.csv !== undefined) await report.exportRuns(comparison, flags.csv, 'csv');
    if (flags.parquet !== undefined) await report.exportRuns(comparison, flags.parquet, 'parquet');
  } catch (error) {
    throw error instanceof report.WrongRequest ? new WrongUse(error.message, { cause: error }) : error;
  }
  if (flags.json) return terminal.printJson(report.comparisonJson(comparison, choice));
  const { comparisonView } = await import('../view/comparison-view.ts');
  terminal.print(comparisonView(comparison, choice, terminal));
}
