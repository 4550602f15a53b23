import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { EspalierError } from '@espalier/core';
import writeFile from 'write-file-atomic';

/**
 * Writes a file so that a kill at any moment leaves the old content or the new, never half of it.
 *
 * @throws EspalierError saying what to do where the disk is full or the folder must not be written to.
 */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : Buffer.from(content.buffer, content.byteOffset, content.byteLength));
  } catch (error) {
    throw await diskError(error, file);
  }
}

/**
 * Lets `fill` write a folder under a name of its own, and gives it its name when it is whole. Where another process
 * was first, its folder stays and this one is thrown away.
 */
export async function createFolderAtomically(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  try {
    await mkdir(temporary, { recursive: true });
    await fill(temporary);
    await rename(temporary, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (error) {
    throw await diskError(error, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Errors of the disk as a user can act on them; others as they are. */
export async function diskError(error: unknown, file: string): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  const where = path.resolve(file);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const free = await statfs(path.dirname(where)).then(
      ({ bavail, bsize }) => `${Math.floor((bavail * bsize) / 2 ** 20)} MB are free there`,
      () => undefined,
    );
    const parts = { where, what: 'the disk is full', why: free, remedy: 'Make room and start again: what is done is kept' };
    return new EspalierError(parts, { cause: error });
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new EspalierError({ where, what: 'may not be written to', remedy: 'Choose another folder with --out' }, { cause: error });
  }
  if (code === 'ENOTDIR' || code === 'EISDIR') {
    return new EspalierError({ where, what: 'is in the way: a file where a folder is needed, or the other way round' }, { cause: error });
  }
  return error;
}
