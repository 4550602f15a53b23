import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { EspalierError, nearest, PLUGIN_FIELDS, type Plugin, Registry } from '@espalier/core';
import { importModule } from '@espalier/user-modules';
import { builtInPlugins, isBuiltIn } from './built-in-plugins.ts';
import { checkCoreRange } from './check-core-range.ts';
import { isMapping } from './config-path.ts';
import { findPlugin, longerName, Unfindable } from './find-plugin.ts';
import { sourceFingerprint } from './source-fingerprint.ts';
import { strangePart } from './strange-part.ts';

/** A plugin, and where it came from. */
export interface LoadedPlugin {
  readonly plugin: Plugin;
  /** As a config names it: a package or a path; undefined for a built-in one. */
  readonly spec?: string;
  readonly file?: string;
  /** Of its source, that of the modules beside it included; not of a built-in one. */
  readonly fingerprint?: string;
}

/** A plugin that could not be loaded; the others were. */
export interface PluginProblem {
  readonly spec: string;
  /** Its place in the list of plugins. */
  readonly index: number;
  readonly message: string;
  readonly nearest?: string;
}

export interface LoadedPlugins {
  readonly plugins: readonly LoadedPlugin[];
  readonly problems: readonly PluginProblem[];
}

/** The built-in plugins and those named by package or path; packages are looked for from the config's folder, then from the current one. */
export async function loadPlugins(specs: readonly string[], { from }: { readonly from: string }): Promise<LoadedPlugins> {
  const plugins: LoadedPlugin[] = (await builtInPlugins()).map((plugin) => ({ plugin }));
  const problems: PluginProblem[] = [];
  for (const [index, spec] of specs.entries()) {
    if (isBuiltIn(spec) || specs.indexOf(spec) < index) continue;
    try {
      const loaded = await loadPlugin(spec, from);
      if (plugins.some(({ file }) => file === loaded.file)) continue;
      // The registry is who knows which names are taken.
      new Registry([...plugins, loaded].map(({ plugin }) => plugin));
      plugins.push(loaded);
    } catch (error) {
      problems.push({ spec, index, message: `plugin "${spec}": ${reason(error)}`, nearest: meant(spec, from, error) });
    }
  }
  return { plugins, problems };
}

/** What was probably meant by the name of a plugin that could not be loaded. */
function meant(spec: string, from: string, error: unknown): string | undefined {
  if (error instanceof Unfindable) return error.nearest;
  return error instanceof NoPlugin ? longerName(spec, placesFor(from)) : undefined;
}

/** Where packages are looked for: a config may lie outside of the project that it is run from. */
function placesFor(from: string): [string, ...string[]] {
  return from === process.cwd() ? [from] : [from, process.cwd()];
}

/** What is there is not a plugin. */
class NoPlugin extends EspalierError {}

async function loadPlugin(spec: string, from: string): Promise<LoadedPlugin> {
  const { file: found, packageName } = findPlugin(spec, placesFor(from));
  const file = realpathSync(found);
  checkCoreRange(file);
  let module: unknown;
  try {
    module = await importModule(file, { packages: packageName === undefined ? [] : [packageName] });
  } catch (error) {
    throw new EspalierError({ what: 'throws when it is loaded', why: `${reason(error)}${lineIn(file, error)}` }, { cause: error });
  }
  const plugin = pluginIn(module);
  const stranger = strangePart(plugin);
  if (stranger !== undefined) {
    throw new EspalierError({
      what: `${stranger} injects tokens of another copy of @espalier/core`,
      remedy: 'Import @espalier/core by that name, and leave it out of the bundle',
    });
  }
  return { plugin, spec, file, fingerprint: sourceFingerprint(file) };
}

/** The plugin that a module exports by default; a wrong shape is named here, where its author can still be told. */
function pluginIn(module: unknown): Plugin {
  const value = hasDefault(module) ? (hasDefault(module.default) ? module.default.default : module.default) : module;
  if (!isMapping(value) || typeof value.name !== 'string' || value.name === '') {
    throw new NoPlugin('has no default export that is a plugin: export default definePlugin({ name: "…", … })');
  }
  const fields: string[] = Object.values(PLUGIN_FIELDS);
  for (const [field, entries] of Object.entries(value)) {
    if (field === 'name') continue;
    if (!fields.includes(field)) {
      const name = nearest(field, fields);
      throw new EspalierError(`its plugin has an unknown field "${field}"${name === undefined ? '' : `; did you mean "${name}"?`}`);
    }
    if (entries !== undefined && !isMapping(entries)) throw new EspalierError(`its field "${field}" is not a mapping of names to parts`);
    for (const [name, entry] of Object.entries(entries ?? {})) checkEntry(field, name, entry);
  }
  return value as unknown as Plugin;
}

function checkEntry(field: string, name: string, entry: unknown): void {
  if (!isMapping(entry) || typeof entry.use !== 'function') throw new EspalierError(`its ${field}.${name} has no class under "use"`);
  const { options } = entry;
  if (options === undefined || (isMapping(options) && '_zod' in options && typeof options.strict === 'function')) return;
  throw new EspalierError(`the options of its ${field}.${name} are no schema: expected z.object({ … }), with the z of @espalier/core`);
}

function hasDefault(module: unknown): module is { default: unknown } {
  return (
    (typeof module === 'object' || typeof module === 'function') && module !== null && 'default' in module && module.default !== undefined
  );
}

/** Where in the plugin's file it was thrown, if there. */
function lineIn(file: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const at = stack.indexOf(`${file}:`);
  const line = at < 0 ? undefined : /^:(\d+)/.exec(stack.slice(at + file.length))?.[1];
  return line === undefined ? '' : ` (${basename(file)}:${line})`;
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? message;
}
