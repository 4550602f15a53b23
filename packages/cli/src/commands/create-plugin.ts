import { type AddCommand, type CommandContext, WrongUse } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { jsonOption } from '../options.ts';

interface CreatePluginFlags {
  readonly kind?: string;
  readonly dir?: string;
  readonly json?: boolean;
}

export const addCreatePlugin: AddCommand = (program, context) => {
  program
    .command('create-plugin')
    .description('a plugin package that builds and passes its tests; asks for what is not said')
    .argument('[name]', 'of the package')
    .option('--kind <kind>', 'scorer, scheduler, threshold, strategy, dataset or model')
    .option('--dir <folder>', 'where it goes (default: a folder of its name)')
    .addOption(jsonOption())
    .action((name: string | undefined, flags: CreatePluginFlags) => create(name, flags, context));
};

async function create(name: string | undefined, { kind, dir }: CreatePluginFlags, context: CommandContext): Promise<void> {
  const { ask, Cancelled, createPlugin, nextSteps, WrongRequest } = await import('create-espalier-plugin');
  const { terminal } = context;
  try {
    const made = createPlugin({ ...(await ask({ name, kind })), folder: dir, from: process.cwd() });
    if (terminal.json) terminal.printJson(made);
    else terminal.print(nextSteps(made, process.cwd()));
  } catch (error) {
    if (error instanceof WrongRequest) throw new WrongUse(error.message, { cause: error });
    if (!(error instanceof Cancelled)) throw error;
    terminal.note(error.message);
    context.status = EXIT.interrupted;
  }
}
