import { writeFile } from 'node:fs/promises';
import { type AddCommand, type CommandContext, WrongUse } from '../command.ts';
import { pluginOption } from '../options.ts';

export const addSchema: AddCommand = (program, context) => {
  program
    .command('schema')
    .description('the JSON Schema of configs, loaded plugins included')
    .argument('[file]', 'write it there, not to stdout')
    .option('--sweep', 'that of sweeps, not of experiments')
    .addOption(pluginOption())
    .action((file: string | undefined, flags: SchemaFlags) => schema(file, flags, context));
};

interface SchemaFlags {
  readonly plugin: readonly string[];
  readonly sweep?: boolean;
}

async function schema(file: string | undefined, { plugin: plugins, sweep }: SchemaFlags, { terminal }: CommandContext): Promise<void> {
  const [{ experimentJsonSchema, sweepJsonSchema }, { registryWith }] = await Promise.all([
    import('@espalier/experiment'),
    import('../registry.ts'),
  ]);
  const registry = await registryWith({ plugins });
  const json = sweep ? sweepJsonSchema(registry) : experimentJsonSchema(registry);
  if (file === undefined) return terminal.printJson(json);
  await writeFile(file, `${JSON.stringify(json, null, 2)}\n`).catch((error: Error) => {
    throw new WrongUse(error.message, { cause: error });
  });
  terminal.note(`Editors find it by the first line of a config: # yaml-language-server: $schema=${file}`);
}
