import { statfsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { EspalierError } from '@espalier/core';

/**
 * Writes a file so that a kill at any moment leaves the old content or the new, never half of it.
 *
 * @throws EspalierError saying what to do where the disk is full or the folder must not be written to.
 */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  await makeFolder(path.dirname(file));
  const half = `${file}.${process.pid}.half`;
  try {
    const handle = await open(half, 'w');
    try {
      // All of it or an error: a single `write` on a full disk writes a part and calls that a success.
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true });
    throw diskError(error, file);
  }
}

/** @throws EspalierError as `writeAtomically` does. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder);
  }
}

/** Removes what killed writers of a file have left beside it. Only for who holds the lock: nobody else is writing then. */
export async function sweepHalves(file: string): Promise<void> {
  const [folder, start] = [path.dirname(file), `${path.basename(file)}.`];
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith(start) && /^\d+\.half$/.test(name.slice(start.length))) await rm(path.join(folder, name), { force: true });
  }
}

/** The content of a file; undefined where there is none. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw diskError(error, file);
  });
}

/** Errors of the disk as a user can act on them; others as they are. */
export function diskError(error: unknown, file: string): unknown {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  const where = path.resolve(file);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const parts = { where, what: 'the disk is full', why: freeSpace(where), remedy: 'Make room and start again: what is done is kept' };
    return new EspalierError(parts, { cause: error });
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    const remedy = 'Choose another folder with --out (for what runs share: with ESPALIER_CACHE), or change its permissions';
    return new EspalierError({ where, what: 'may not be read or written', why: code, remedy }, { cause: error });
  }
  if (code === 'ENOTDIR' || code === 'EISDIR' || code === 'EEXIST') {
    const parts = {
      where,
      what: 'a file is where a folder is needed, or the other way round',
      remedy: 'Move it away, or choose another folder',
    };
    return new EspalierError(parts, { cause: error });
  }
  return error;
}

/** How much is free on the disk of a path, of which the last parts may not be there yet. */
function freeSpace(where: string): string | undefined {
  for (let folder = path.dirname(where); ; folder = path.dirname(folder)) {
    try {
      const { bavail, bsize } = statfsSync(folder);
      return `${((bavail * bsize) / 2 ** 20).toFixed(1)} MB are free there`;
    } catch {
      if (folder === path.dirname(folder)) return undefined;
    }
  }
}
