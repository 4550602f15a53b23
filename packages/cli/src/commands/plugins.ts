import type { PartDescription } from '@espalier/experiment';
import { type AddCommand, type CommandContext, WrongUse } from '../command.ts';
import { jsonOption, pluginOption } from '../options.ts';

interface PluginsFlags {
  readonly plugin: readonly string[];
  readonly config?: string;
  readonly json?: boolean;
}

export const addPlugins: AddCommand = (program, context) => {
  program
    .command('plugins')
    .description('what is registered, from where; with a name its options')
    .argument('[name]', 'a part, or a kind of part')
    .addOption(pluginOption())
    .option('--config <file>', 'load the plugins of this config too')
    .addOption(jsonOption())
    .action((name: string | undefined, flags: PluginsFlags) => plugins(name, flags, context));
};

async function plugins(name: string | undefined, flags: PluginsFlags, { terminal }: CommandContext): Promise<void> {
  const [{ describeParts }, { registryWith }, { partDetails, partList }] = await Promise.all([
    import('@espalier/experiment'),
    import('../registry.ts'),
    import('../view/plugin-view.ts'),
  ]);
  const all = describeParts(await registryWith({ plugins: flags.plugin, config: flags.config }));
  const wanted = name === undefined ? all : await named(name, all);
  if (flags.json) terminal.printJson(wanted);
  else if (wanted.some((part) => part.name === name)) terminal.print(wanted.map((part) => partDetails(part, terminal)).join('\n\n'));
  else terminal.print(partList(wanted, terminal));
}

/** The parts of that name (a scorer and a strategy may share one), of that kind or of that plugin. */
async function named(name: string, all: readonly PartDescription[]): Promise<readonly PartDescription[]> {
  const { nearest } = await import('@espalier/core');
  const found = [
    all.filter((part) => part.name === name),
    all.filter((part) => part.kind === name),
    all.filter((part) => part.plugin === name),
  ];
  const wanted = found.find((parts) => parts.length > 0);
  if (wanted !== undefined) return wanted;
  const near = nearest(name, [...new Set(all.flatMap((part) => [part.name, part.kind, part.plugin]))]);
  const hint = near === undefined ? '`espalier plugins` lists what there is' : `did you mean "${near}"?`;
  throw new WrongUse(`nothing named "${name}" is registered; ${hint}`);
}
