import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EspalierError } from '@espalier/core';
// Not the package's door, which reads forty files.
import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';

const CORE = '@espalier/core';

/** What of a package.json is looked at. */
interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Refuses a plugin whose package wants another version of core than this one: it is given this one whatever lies in its
 * own node_modules, as tokens and tensors of a second copy would be strangers. Ranges that are no versions
 * (`workspace:*`, `file:…`) name no other and say nothing.
 *
 * @param file where the plugin starts; the package.json nearest to it is its own.
 * @throws EspalierError which version is needed, which is here, and what to do.
 */
export function checkCoreRange(file: string, here: string = coreVersion()): void {
  const { name, version, peerDependencies, dependencies } = manifestOf(dirname(file));
  const wanted = peerDependencies?.[CORE] ?? dependencies?.[CORE];
  if (wanted === undefined || validRange(wanted) === null) return;
  if (satisfies(here, wanted, { includePrerelease: true })) return;
  const plugin = [name ?? 'it', version].filter(Boolean).join(' ');
  throw new EspalierError({
    what: `needs ${CORE} ${wanted}, and this is ${here}`,
    why: `so says the package.json of ${plugin}`,
    remedy: `Install an espalier that brings ${CORE} ${wanted}, or a version of the plugin that is made for ${here}`,
  });
}

function manifestOf(folder: string): Manifest {
  const file = join(folder, 'package.json');
  // A package.json in dist may say no more than the type of its modules.
  const manifest = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
  const parent = dirname(folder);
  return manifest.name !== undefined || parent === folder ? manifest : manifestOf(parent);
}

function coreVersion(): string {
  const core = createRequire(import.meta.url).resolve(CORE);
  return manifestOf(dirname(core)).version as string;
}
