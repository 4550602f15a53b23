import type { AddCommand, CommandContext } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { controlOption, jsonOption, setOption, withControl } from '../options.ts';

interface PlanFlags {
  readonly set: readonly string[];
  readonly control?: string;
  readonly json?: boolean;
}

export const addPlan: AddCommand = (program, context) => {
  program
    .command('plan')
    .description('what a run would prune, where, when and why; trains nothing')
    .argument('<file>', 'the YAML file of an experiment, or of a sweep')
    .addOption(setOption())
    .addOption(controlOption())
    .addOption(jsonOption())
    .action((file: string, flags: PlanFlags) => plan(file, flags, context));
};

async function plan(file: string, { set, control, json }: PlanFlags, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const [{ planExperiment }, { planSummary, planTable }, { loadAnyConfig }] = await Promise.all([
    import('@espalier/experiment'),
    import('../view/plan-view.ts'),
    import('../load-config.ts'),
  ]);
  const config = await loadAnyConfig(file, withControl(set, control));
  if ('sweep' in config) return (await import('./sweep.ts')).showSweepPlan(config.sweep, {}, context);
  const loaded = config.experiment;
  const planned = await planExperiment(loaded);
  if (json) terminal.printJson(planned);
  else terminal.print(`${planTable(planned, terminal)}\n\n${planSummary(planned, terminal)}`);
  if (planned.problems.length === 0) return;
  terminal.note(`\n${loaded.error(planned.problems).render({ colour: terminal.noteColours.isColorSupported })}`);
  context.status = EXIT.wrong;
}
