import type { ExperimentEvent, LoadedExperiment, Plan, RunOptions, RunResult } from '@espalier/experiment';
import type { CommandContext } from './command.ts';
import { EXIT } from './exit-status.ts';

/** A run and what its user sees of it. */
export class ShownRun {
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
  async run({
    out,
    threads,
    timeLimit,
    fresh,
    tensorboard,
  }: Pick<RunOptions, 'out' | 'threads' | 'timeLimit' | 'fresh' | 'tensorboard'>): Promise<RunResult> {
    const { terminal, interrupt } = this.context;
    const { runExperiment } = await import('@espalier/experiment');
    const { progressOn } = await import('./view/progress.ts');
    const { planSummary } = await import('./view/plan-view.ts');
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
      const result = await runExperiment(this.loaded, { out, threads, timeLimit, fresh, tensorboard, signal: interrupt.signal, onEvent });
      progress.end();
      await this.report(result);
      return result;
    } catch (error) {
      progress.end();
      return await this.recordOf(error);
    }
  }

  /** To programs, and to who asks for the exit status. */
  answer(result: RunResult): void {
    const { terminal } = this.context;
    if (terminal.json) terminal.printJson(result);
    if (result.status !== 'done') this.context.status = EXIT.failed;
  }

  private async report(result: RunResult): Promise<void> {
    const { terminal } = this.context;
    const { readRemoval } = await import('@espalier/experiment');
    const { comparison, askedAndGot, afterword, verdict } = await import('./view/result-view.ts');
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
    const { Cancelled, readResult } = await import('./index.ts');
    const { terminal } = this.context;
    if (this.folder === undefined || !this.hasBegun) throw (await import('./load-config.ts')).asWrongUse(error);
    if (error instanceof Cancelled) {
      terminal.note(`What is done is kept in ${this.folder}; the same command goes on from there.`);
      throw error;
    }
    const record = await readResult(this.folder).catch(() => undefined);
    if (record?.status !== 'failed') throw error;
    const { showError } = await import('./report-error.ts');
    await showError(error, terminal);
    return record;
  }
}
