import type { LoadedSweep, SweepEvent, SweepResult } from '@espalier/experiment';
import type { AddCommand, CommandContext } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { jsonOption, setOption, timeLimitOption, wholeNumber } from '../options.ts';

interface SweepFlags {
  readonly out?: string;
  readonly workers?: number;
  readonly retries?: number;
  readonly failFast?: boolean;
  readonly dryRun?: boolean;
  readonly tensorboard?: string;
  readonly timeLimit?: number;
  readonly set: readonly string[];
}

export const addSweep: AddCommand = (program, context) => {
  program
    .command('sweep')
    .description('run many experiments from one file; run again, it does what is missing')
    .argument('<sweep>', 'its YAML file')
    .option('--out <dir>', 'the folder of the sweep (default: sweeps/NAME)')
    .option('--workers <n>', 'runs at the same time (default: as the nets and the cores suggest)', wholeNumber(1, 1024))
    .option('--dry-run', 'show the runs and how long they would take; runs nothing')
    .option('--fail-fast', 'stop at the first run that fails')
    .option('--retries <n>', 'how often a run that fails is tried again (default: 1)', wholeNumber(0, 1024))
    .option('--tensorboard <dir>', 'write a log of each run for tensorboard --logdir, too, as it goes on')
    .addOption(timeLimitOption())
    .addOption(setOption())
    .addOption(jsonOption())
    .action((file: string, flags: SweepFlags) => sweep(file, flags, context));
};

async function sweep(file: string, flags: SweepFlags, context: CommandContext): Promise<void> {
  const { loadSweep } = await import('@espalier/experiment');
  const { asWrongUse } = await import('../load-config.ts');
  const loaded = await loadSweep(file, { set: flags.set }).catch((error: unknown) => {
    throw asWrongUse(error);
  });
  if (flags.dryRun === true) return showSweepPlan(loaded, flags, context);
  const result = await runShown(loaded, flags, context);
  const { terminal } = context;
  const { sweepSummary } = await import('../view/sweep-view.ts');
  terminal.print(sweepSummary(result, terminal));
  if (terminal.json) terminal.printJson(result);
  if (result.status !== 'done') context.status = EXIT.failed;
}

/** Runs it, and shows how it goes on. */
async function runShown(loaded: LoadedSweep, flags: SweepFlags, { terminal, interrupt }: CommandContext): Promise<SweepResult> {
  const { Cancelled, runSweep } = await import('../index.ts');
  const { sweepProgressOn } = await import('../view/sweep-progress.ts');
  const { sweepHead } = await import('../view/sweep-view.ts');
  const progress = sweepProgressOn(terminal);
  let folder: string | undefined;
  const onEvent = (event: SweepEvent) => {
    if (event.type === 'plan') {
      folder = event.plan.folder;
      terminal.print(sweepHead(event.plan, terminal));
    }
    progress.show(event);
  };
  const { out, workers, retries, failFast, timeLimit, tensorboard } = flags;
  try {
    return await runSweep(loaded, { out, workers, retries, failFast, timeLimit, tensorboard, signal: interrupt.signal, onEvent });
  } catch (error) {
    progress.end();
    // Before the plan nothing was run.
    if (folder === undefined) throw (await import('../load-config.ts')).asWrongUse(error);
    if (error instanceof Cancelled) terminal.note(`What is done is kept in ${folder}; the same command goes on from there.`);
    throw error;
  } finally {
    progress.end();
  }
}

/** The runs of a sweep, what of it is done, and how long the rest would take. */
export async function showSweepPlan(
  loaded: LoadedSweep,
  { out, workers }: Pick<SweepFlags, 'out' | 'workers'>,
  { terminal }: CommandContext,
): Promise<void> {
  const [{ planSweep }, { sweepHead, sweepPlanJson, sweepTable }] = await Promise.all([
    import('@espalier/experiment'),
    import('../view/sweep-view.ts'),
  ]);
  const plan = await planSweep(loaded, { out, workers });
  if (terminal.json) return terminal.printJson(sweepPlanJson(plan));
  terminal.print(`${sweepTable(plan, terminal)}\n\n${sweepHead(plan, terminal)}`);
}
