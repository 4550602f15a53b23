import type { ExperimentEvent, LoadedExperiment, Plan, RunResult } from '@espalier/experiment';
import type { AddCommand, CommandContext } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { controlOption, jsonOption, setOption, threadsOption, withControl } from '../options.ts';

interface RunFlags {
  readonly out?: string;
  readonly set: readonly string[];
  readonly control?: string;
  readonly threads?: number;
  readonly tensorboard?: string;
  readonly fresh?: boolean;
  readonly profile?: boolean;
}

export const addRun: AddCommand = (program, context) => {
  program
    .command('run')
    .description('run one experiment: dense, pruned, compared')
    .argument('<experiment>', 'its YAML file')
    .option('--out <dir>', 'the folder of the run (default: runs/NAME-HASH)')
    .addOption(setOption())
    .addOption(controlOption())
    .addOption(threadsOption())
    .option('--tensorboard <dir>', 'write a log for tensorboard --logdir, too')
    .option('--fresh', 'run anew what is recorded already')
    .option('--profile', 'show where the time went')
    .addOption(jsonOption())
    .action((file: string, flags: RunFlags) => run(file, flags, context));
};

async function run(file: string, flags: RunFlags, context: CommandContext): Promise<void> {
  const { loadConfig } = await import('../load-config.ts');
  const loaded = await loadConfig(file, withControl(flags.set, flags.control));
  const shown = new ShownRun(loaded, context);
  const result = await shown.run(flags);
  if (flags.tensorboard !== undefined && result.pruned !== null && shown.folder !== undefined) {
    const { writeTensorBoard } = await import('../index.ts');
    context.terminal.note(`TensorBoard log: ${await writeTensorBoard(shown.folder, flags.tensorboard)}`);
  }
  if (flags.profile === true && !context.terminal.json) {
    const { profileTable } = await import('../view/profile-view.ts');
    context.terminal.print(`\n${profileTable(result, context.terminal)}`);
  }
  if (context.terminal.json) context.terminal.printJson(result);
  if (result.status !== 'done') context.status = EXIT.failed;
}

/** A run and what its user sees of it. */
class ShownRun {
  private readonly loaded: LoadedExperiment;
  private readonly context: CommandContext;
  /** Where it is recorded, once that is known. */
  folder: string | undefined;
  private plan: Plan | undefined;
  private isRecorded = false;
  private hasBegun = false;

  constructor(loaded: LoadedExperiment, context: CommandContext) {
    this.loaded = loaded;
    this.context = context;
  }

  /** The record, also of a run that failed. @throws where there is none. */
  async run({ out, threads, fresh }: RunFlags): Promise<RunResult> {
    const { terminal, interrupt } = this.context;
    const { runExperiment } = await import('@espalier/experiment');
    const { progressOn } = await import('../view/progress.ts');
    const { planSummary } = await import('../view/plan-view.ts');
    const progress = progressOn(terminal);
    const onEvent = (event: ExperimentEvent) => {
      if (event.type === 'plan') {
        this.plan = event.plan;
        this.folder = event.folder;
        terminal.print(`${terminal.colours.bold(event.plan.experiment)}\n${planSummary(event.plan, terminal)}`);
      }
      if (event.type === 'recorded') this.isRecorded = true;
      if (this.plan !== undefined && event.type !== 'plan' && event.type !== 'backend') this.hasBegun = true;
      progress.show(event);
    };
    try {
      const result = await runExperiment(this.loaded, { out, threads, fresh, signal: interrupt.signal, onEvent });
      progress.end();
      await this.report(result);
      return result;
    } catch (error) {
      progress.end();
      return await this.recordOf(error);
    }
  }

  private async report(result: RunResult): Promise<void> {
    const { terminal } = this.context;
    const { readRemoval } = await import('@espalier/experiment');
    const { comparison, askedAndGot, afterword, verdict } = await import('../view/result-view.ts');
    if (this.plan === undefined || this.folder === undefined) return;
    const colours = terminal.colours;
    if (this.isRecorded) terminal.print('\nThis run is recorded already, nothing was run. With --fresh it is run anew.');
    terminal.print(`\n${comparison(result, terminal)}\n`);
    terminal.print(`${askedAndGot(result, this.plan, terminal)}\n`);
    const removal = result.shrunk === null ? undefined : await readRemoval(this.folder);
    terminal.print(afterword({ result, experiment: this.loaded.experiment, folder: this.folder, removal }, terminal));
    for (const line of verdict(result, colours)) terminal.print(line);
  }

  /** A run that failed on its way has a record that says so; before that there is only the error. */
  private async recordOf(error: unknown): Promise<RunResult> {
    const { Cancelled, readResult } = await import('../index.ts');
    const { terminal } = this.context;
    if (this.folder === undefined || !this.hasBegun) throw (await import('../load-config.ts')).asWrongUse(error);
    if (error instanceof Cancelled) {
      terminal.note(`What is done is kept in ${this.folder}; the same command goes on from there.`);
      throw error;
    }
    const record = await readResult(this.folder).catch(() => undefined);
    if (record?.status !== 'failed') throw error;
    const { showError } = await import('../report-error.ts');
    await showError(error, terminal);
    return record;
  }
}
