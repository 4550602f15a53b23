import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EspalierError, PLUGIN_FIELDS, type Plugin, Registry } from '@espalier/core';
import { createJiti } from 'jiti';
import { builtInPlugins, isBuiltIn } from './built-in-plugins.ts';
import { isMapping } from './config-path.ts';
import { importPlugin } from './import-plugin.ts';
import { nearest } from './nearest.ts';
import { sourceFingerprint } from './source-fingerprint.ts';
import { strangeToken } from './strange-token.ts';

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

/** The built-in plugins and those named by package or path; packages are looked for from the config's folder. */
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
      const [name, message] = error instanceof Unfindable ? [error.nearest, error.message] : [undefined, reason(error)];
      problems.push({ spec, index, message: `plugin "${spec}": ${message}`, nearest: name });
    }
  }
  return { plugins, problems };
}

async function loadPlugin(spec: string, from: string): Promise<LoadedPlugin> {
  const isPath = spec.startsWith('.') || isAbsolute(spec);
  const file = realpathSync(isPath ? findFile(resolve(from, spec)) : findPackage(spec, from));
  let module: unknown;
  try {
    module = await importPlugin(file, isPath ? undefined : spec);
  } catch (error) {
    throw new EspalierError({ what: 'throws when it is loaded', why: `${reason(error)}${lineIn(file, error)}` }, { cause: error });
  }
  const plugin = pluginIn(module);
  const stranger = strangeToken(plugin);
  if (stranger !== undefined) {
    throw new EspalierError({
      what: `${stranger} injects tokens of another copy of @espalier/core`,
      remedy: 'Import @espalier/core by that name, and leave it out of the bundle',
    });
  }
  return { plugin, spec, file, fingerprint: sourceFingerprint(file) };
}

class Unfindable extends EspalierError {
  readonly nearest: string | undefined;

  constructor(what: string, name?: string) {
    super(what);
    this.nearest = name;
  }
}

const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

function findFile(path: string): string {
  const folderIndex = EXTENSIONS.map((extension) => join(path, `index${extension}`));
  const file = [path, ...EXTENSIONS.map((extension) => path + extension), ...folderIndex].find(
    (each) => existsSync(each) && statSync(each).isFile(),
  );
  if (file !== undefined) return file;
  const folder = dirname(path);
  const there = existsSync(folder) ? readdirSync(folder).filter((name) => EXTENSIONS.includes(extname(name))) : [];
  const name = nearest(basename(path), there);
  throw new Unfindable(existsSync(path) ? 'a folder without an index file' : `there is no such file (looked for ${path})`, name);
}

function findPackage(name: string, from: string): string {
  const url = createJiti(join(from, 'config.yaml')).esmResolve(name, { try: true });
  if (url !== undefined) return fileURLToPath(url);
  const installed = installedFrom(from);
  if (installed.includes(name)) throw new Unfindable('the package is there, but not the file that it starts with; is it built?');
  throw new Unfindable(`there is no such package from ${from} upwards; a path starts with "./"`, nearest(name, installed));
}

/** The packages that a config in this folder can name. */
function installedFrom(folder: string): string[] {
  const names = foldersIn(join(folder, 'node_modules')).flatMap((name) =>
    name.startsWith('@') ? foldersIn(join(folder, 'node_modules', name)).map((inner) => `${name}/${inner}`) : [name],
  );
  const parent = dirname(folder);
  return parent === folder ? names : [...names, ...installedFrom(parent)];
}

function foldersIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
}

/** The plugin that a module exports by default; a wrong shape is named here, where its author can still be told. */
function pluginIn(module: unknown): Plugin {
  const value = hasDefault(module) ? (hasDefault(module.default) ? module.default.default : module.default) : module;
  if (!isMapping(value) || typeof value.name !== 'string' || value.name === '') {
    throw new EspalierError('has no default export that is a plugin: export default definePlugin({ name: "…", … })');
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
