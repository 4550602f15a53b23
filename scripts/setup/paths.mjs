import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What set-up knows about this checkout: its lock and its stamp. Not under node_modules, which pnpm may empty. */
export const STATE = join(ROOT, '.espalier');

/** The user's cache: the same rule as `cacheFolder` of @espalier/backend-node, which is not built when this runs. */
export function cacheFolder({ env, platform } = process) {
  if (env.ESPALIER_CACHE) return resolve(env.ESPALIER_CACHE);
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'espalier');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'espalier');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'espalier', 'Cache');
  return join(homedir(), '.cache', 'espalier');
}
