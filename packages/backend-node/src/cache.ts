import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * The folder that all checkouts and projects of a user share: `ESPALIER_CACHE`, else where the system keeps caches.
 * Unpacked, libtensorflow is 850 MB; once per user is enough.
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  os: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env['ESPALIER_CACHE']) return resolve(env['ESPALIER_CACHE']);
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'espalier');
  if (os === 'darwin') return join(home, 'Library', 'Caches', 'espalier');
  if (os === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'espalier', 'Cache');
  return join(home, '.cache', 'espalier');
}

/** A name beside `path` that no other process uses; what a kill leaves there is recognised and swept away. */
export function temporaryBeside(path: string): string {
  return `${path}.tmp-${process.pid}-${Date.now().toString(36)}`;
}

/** Whole or not at all: a reader never sees half a file, whenever the writer is killed. */
export async function writeAtomically(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  await writeFile(temporary, content);
  await rename(temporary, path);
}

/** Removes what killed processes left in `folder`; what belongs to one that is still alive stays. */
export async function sweepTemporaries(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const owner = /\.tmp-(\d+)-\w+$/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Bytes on disk under a folder, 0 where there is none; links are not followed. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath ?? entry.path, entry.name)).then(
        (found) => found.size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
