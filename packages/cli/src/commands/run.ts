import { type AddCommand, type CommandContext, WrongUse } from '../command.ts';
import { controlOption, jsonOption, setOption, threadsOption, timeLimitOption, withControl } from '../options.ts';
import { ShownRun } from '../shown-run.ts';

interface RunFlags {
  readonly out?: string;
  readonly set: readonly string[];
  readonly control?: string;
  readonly threads?: number;
  readonly timeLimit?: number;
  readonly tensorboard?: string;
  readonly fresh?: boolean;
  readonly profile?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
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
    .addOption(timeLimitOption())
    .option('--tensorboard <dir>', 'write a log for tensorboard --logdir, too, as the run goes on')
    .option('--fresh', 'run anew what is recorded already')
    .option('--watch', 'run again when the config or the source of its plugins changes, until Ctrl-C')
    .option('--profile', 'show where the time went')
    .addOption(jsonOption())
    .action((file: string, flags: RunFlags) => run(file, flags, context));
};

async function run(file: string, flags: RunFlags, context: CommandContext): Promise<void> {
  if (flags.watch) return watch(file, flags, context);
  const { loadConfig } = await import('../load-config.ts');
  const loaded = await loadConfig(file, withControl(flags.set, flags.control));
  const shown = new ShownRun(loaded, context);
  const result = await shown.run(flags);
  if (flags.profile === true && !context.terminal.json) {
    const { profileTable } = await import('../view/profile-view.ts');
    context.terminal.print(`\n${profileTable(result, context.terminal)}`);
  }
  shown.answer(result);
}

async function watch(file: string, flags: RunFlags, context: CommandContext): Promise<void> {
  if (flags.json) throw new WrongUse('--watch runs again and again, and --json is one document: leave one of them away');
  if (flags.out !== undefined) throw new WrongUse('--watch gives each change a folder of its own: leave --out away');
  const { watchRun } = await import('../watch-run.ts');
  await watchRun(file, argumentsOf(file, flags), context);
}

function argumentsOf(file: string, { set, control, threads, timeLimit, tensorboard, fresh, profile }: RunFlags): string[] {
  const valued = { control, threads, 'time-limit': timeLimit, tensorboard };
  return [
    file,
    ...set.flatMap((value) => ['--set', value]),
    ...Object.entries(valued).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)])),
    ...(fresh ? ['--fresh'] : []),
    ...(profile ? ['--profile'] : []),
  ];
}
