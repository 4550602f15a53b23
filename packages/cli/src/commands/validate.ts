import type { AddCommand, CommandContext } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { setOption } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export const addValidate: AddCommand = (program, context) => {
  program
    .command('validate')
    .description('check configs, experiments and sweeps; runs nothing')
    .argument('<files...>', 'YAML files')
    .addOption(setOption())
    .action((files: string[], { set }: { readonly set: readonly string[] }) => validate(files, set, context));
};

/** All files, all mistakes. */
async function validate(files: readonly string[], set: readonly string[], context: CommandContext): Promise<void> {
  const { terminal } = context;
  for (const file of files) {
    if (await isValid(file, set, terminal)) terminal.print(`${terminal.colours.green('✓')} ${file}`);
    else context.status = EXIT.wrong;
  }
}

async function isValid(file: string, set: readonly string[], terminal: Terminal): Promise<boolean> {
  const { loadAnyConfig } = await import('../load-config.ts');
  const { showError } = await import('../report-error.ts');
  try {
    await loadAnyConfig(file, set);
    return true;
  } catch (error) {
    await showError(error, terminal);
    return false;
  }
}
