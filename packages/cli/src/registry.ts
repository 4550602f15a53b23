import { WrongUse } from './command.ts';
import { loadPlugins, Registry } from './index.ts';
import { loadConfig } from './load-config.ts';

export interface Wanted {
  /** Packages or paths. */
  readonly plugins: readonly string[];
  /** A config whose plugins are loaded too. */
  readonly config?: string;
}

/** The parts of the built-in plugins and of those that the command line names. */
export async function registryWith({ plugins, config }: Wanted): Promise<Registry> {
  const { plugins: loaded, problems } = await loadPlugins(plugins, { from: process.cwd() });
  if (problems.length > 0) {
    throw new WrongUse(
      problems.map(({ message, nearest }) => message + (nearest === undefined ? '' : `; did you mean "${nearest}"?`)).join('\n'),
    );
  }
  const ofConfig = config === undefined ? [] : (await loadConfig(config)).plugins;
  const byName = new Map([...loaded, ...ofConfig].map(({ plugin }) => [plugin.name, plugin]));
  return new Registry([...byName.values()]);
}
