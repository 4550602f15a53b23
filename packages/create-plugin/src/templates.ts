import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kind } from './kinds.ts';
import type { PluginNames } from './names.ts';

const TEMPLATES = fileURLToPath(new URL('../templates/', import.meta.url));
const { version: VERSION } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** npm takes neither of the two into a package as it is: what they say of the plugin would be taken for its own. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore', 'manifest.json': 'package.json' };

/**
 * The files of a new plugin, by their paths. Templates are packages that are checked and tested as they stand, of a
 * plugin called `espalier-plugin-acme`: only that name is exchanged.
 *
 * @param isInWorkspace whether Espalier's packages are those beside it, and not those of a registry.
 */
export function filesOf(kind: Kind, names: PluginNames, isInWorkspace: boolean): Map<string, string> {
  const files = new Map<string, string>();
  for (const folder of ['shared', kind].map((name) => join(TEMPLATES, name))) {
    for (const file of filesIn(folder)) {
      const text = named(readFileSync(file, 'utf8'), kind, names);
      const path = relative(folder, file);
      const as = RENAMED[path] ?? path;
      files.set(as, as === 'package.json' && !isInWorkspace ? text.replaceAll('workspace:^', `^${VERSION}`) : text);
    }
  }
  return files;
}

function named(text: string, kind: Kind, names: PluginNames): string {
  const given: Record<string, string> = {
    'espalier-plugin-acme': names.package,
    Acme: names.type,
    acme: names.part,
    'A KIND': `A ${kind}`,
  };
  // In one go: what is put in may itself hold one of the words.
  return text.replace(/espalier-plugin-acme|\bAcme|\bacme|\bA KIND\b/g, (word) => given[word] as string);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== 'node_modules')
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesIn(path) : [path]));
}
